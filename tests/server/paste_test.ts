import { assert, assertEquals, assertFalse } from "@std/assert";
import { cleanName, isBlank } from "../../server/paste.ts";
import { bytesOf } from "./support.ts";

Deno.test("isBlank() is true when there is nothing but white space, Unicode's included", () => {
  for (const text of ["", " ", "  ", "\t\r\n\v\f", "\u00a0", "\u0085", " \u2003\u3000 ", "\u2028".repeat(1000)]) {
    assert(isBlank(bytesOf(text)), JSON.stringify(text));
  }
});

Deno.test("isBlank() is false when anything else is there", () => {
  for (const text of ["a", " a", "\u3000é", "\0", "\u200b", "\ufeff", `${"\u2003".repeat(100)}x`, "日本"]) {
    assertFalse(isBlank(bytesOf(text)), JSON.stringify(text));
  }
});

Deno.test("isBlank() is false when the bytes are no UTF-8", () => {
  assertFalse(isBlank(Uint8Array.of(0x20, 0xff)));
  assertFalse(isBlank(Uint8Array.of(0x20, 0xe2, 0x80)));
});

Deno.test("cleanName() keeps a name and drops what would break a header or look like a path", () => {
  assertEquals(cleanName("app.log"), "app.log");
  assertEquals(cleanName(" Übung (1).txt "), "Übung (1).txt");
  assertEquals(cleanName("../../etc/passwd"), "....etcpasswd");
  assertEquals(cleanName("a\r\nSet-Cookie: x\u0085"), "aSet-Cookie: x");
  assertEquals(cleanName("C:\\a.txt"), "C:a.txt");
});

Deno.test("cleanName() gives null when nothing is left", () => {
  for (const text of ["", "  ", "/", "\n"]) assertEquals(cleanName(text), null);
});

Deno.test("cleanName() cuts long names without leaving half a character", () => {
  assertEquals(cleanName("x".repeat(300))?.length, 255);
  const cut = cleanName(`${"x".repeat(254)}😀`) ?? "";
  assert(cut.isWellFormed());
});
