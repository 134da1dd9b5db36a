import { assert, assertEquals, assertFalse } from "@std/assert";
import { formatPasteId, isPasteId, PASTE_ID_ALPHABET, pasteIdTime } from "../../server/paste_id.ts";

const RANDOM = "abcdef";

Deno.test("formatPasteId() begins with the second since 2026 in base 62, and with the tick within it", () => {
  assertEquals(formatPasteId(Date.UTC(2026, 0, 1), RANDOM), "000000abcdef");
  assertEquals(formatPasteId(Date.UTC(2026, 0, 1, 0, 0, 61), RANDOM), "0000z0abcdef");
  assertEquals(formatPasteId(Date.UTC(2026, 0, 1, 0, 0, 62), RANDOM), "000100abcdef");
  assertEquals(formatPasteId(Date.UTC(2026, 0, 1, 0, 0, 61, 999), RANDOM), "0000zzabcdef");
  assertEquals(formatPasteId(Date.UTC(2026, 0, 1, 0, 0, 0, 500), RANDOM), "00000Vabcdef");
});

Deno.test("formatPasteId() clamps when the clock is out of range", () => {
  assertEquals(formatPasteId(0, RANDOM), "000000abcdef");
  assertEquals(formatPasteId(Date.UTC(2100, 0, 1), RANDOM), "zzzzzzabcdef");
});

Deno.test("formatPasteId() sorts by time when compared byte by byte", () => {
  for (const stepMs of [17, 61_000]) {
    const ids = Array.from({ length: 5000 }, (_, i) => formatPasteId(Date.UTC(2026, 0, 1) + i * stepMs, RANDOM));
    assertEquals(ids.toSorted((a, b) => (a < b ? -1 : 1)), ids);
    assertEquals(new Set(ids).size, ids.length);
  }
});

Deno.test("PASTE_ID_ALPHABET is in the order of its bytes", () => {
  assertEquals([...PASTE_ID_ALPHABET].sort().join(""), PASTE_ID_ALPHABET);
  assertEquals(PASTE_ID_ALPHABET.length, 62);
});

Deno.test("isPasteId() takes twelve characters, LogPaste's eight, and nothing else", () => {
  for (const id of ["00000abcdefg", "aB3dE6gH"]) assert(isPasteId(id), id);
  for (const text of ["", "abc", "123456789", "0000000000000", "abcdefg-", "abcdefgé", "abcdefgh\n", "%2e%2e%2e"]) {
    assertFalse(isPasteId(text), text);
  }
});

Deno.test("pasteIdTime() reads the second that formatPasteId() wrote, and nothing from LogPaste's ids", () => {
  const now = Date.UTC(2026, 10, 20, 21, 50, 59, 999);
  assertEquals(pasteIdTime(formatPasteId(now, "aB3dE6")), now - 999);
  assertEquals(pasteIdTime("aB3dE6gH"), null);
});
