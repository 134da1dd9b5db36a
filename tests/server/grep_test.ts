import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { Grep } from "../../server/grep.ts";
import type { LineFilter } from "../../server/line_filter.ts";
import { bytesOf, join, ManualClock } from "./support.ts";

function by(...patterns: readonly string[]): LineFilter {
  return { first: 1, last: Infinity, patterns, head: Infinity, tail: Infinity };
}

async function pick(text: string | Uint8Array<ArrayBuffer>, ...patterns: readonly string[]): Promise<string> {
  const bytes = typeof text === "string" ? bytesOf(text) : text;
  return new TextDecoder().decode(await new Grep(new ManualClock()).pick(bytes, by(...patterns)));
}

Deno.test("Grep.pick() picks the lines that match all patterns, and leaves the paste as it is", async () => {
  const bytes = bytesOf("ERROR a\r\ninfo b\r\nERROR b\r\nlast b");
  const picked = await new Grep(new ManualClock()).pick(bytes, by("^(ERROR|last)", "b$"));
  assertEquals(new TextDecoder().decode(picked), "ERROR b\r\nlast b");
  assertEquals(bytes.byteLength, 32);
});

Deno.test("Grep.pick() understands RE2's language, Unicode and case included", async () => {
  const text = "Größe 5\nGRÖSSE\ngröße x\n日本\n";
  assertEquals(await pick(text, "(?i)größe"), "Größe 5\ngröße x\n");
  assertEquals(await pick(text, "\\p{Han}"), "日本\n");
  assertEquals(await pick(text, "^.{2}$"), "日本\n");
  assertEquals(await pick(text, "\\d"), "Größe 5\n");
});

Deno.test("Grep.pick() finds text beside bytes that are no UTF-8", async () => {
  const bytes = join(
    "a",
    Uint8Array.of(0xff, 0xfe, 0xc3),
    "b needle\n",
    "nothing\n",
    Uint8Array.of(0xc3),
    "\nneedle",
    Uint8Array.of(0),
  );
  const picked = await new Grep(new ManualClock()).pick(bytes, by("needle"));
  assertEquals(picked, join("a", Uint8Array.of(0xff, 0xfe, 0xc3), "b needle\n", "needle", Uint8Array.of(0)));
});

Deno.test("Grep.pick() takes time in proportion where backtracking would never end", async () => {
  const line = `${"a".repeat(2 * 1024 * 1024)}!`;
  for (const pattern of ["(a+)+$", "(a|aa)+$", "(.*)*x$", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
    assertEquals(await pick(line, pattern), "", pattern);
  }
  assertEquals((await pick(line, "(a+)+!$")).length, line.length);
});

Deno.test("Grep.pick() throws bad-filter that says what is wrong with a pattern", async () => {
  for (const pattern of ["(", "a{1001}", "(?=a)", "\\1", "[z-a]", "*"]) {
    const error = await assertRejects(() => pick("a", pattern), PasteError);
    assertEquals([error.code, error.status], ["bad-filter", 400], pattern);
    assertStringIncludes(error.message, "must be an RE2 expression: error parsing regexp");
    assert(!error.message.includes("\n"), pattern);
  }
});

Deno.test("Grep.pick() throws bad-filter when a line is too long for so complex a pattern, and goes on with the next", async () => {
  const grep = new Grep(new ManualClock());
  const line = new Uint8Array(2 * 1024 * 1024).fill(0x61);
  const error = await assertRejects(() => grep.pick(line, by("(?:.*a.{0,300}){3}[cd]$")), PasteError);
  assertEquals([error.code, error.status], ["bad-filter", 400]);
  assertStringIncludes(error.message, "too complex for one of the lines");
  assertEquals(await grep.pick(bytesOf("a\nb\n"), by("b")), bytesOf("b\n"));
});

Deno.test("Grep.pick() does without a thread that does not answer, and goes on with the next", async () => {
  const clock = new ManualClock();
  const grep = new Grep(clock);
  const late = assertRejects(
    () => grep.pick(bytesOf("a"), by("a")),
    PasteError,
    "takes too long here: use a simpler pattern",
  );
  await Promise.resolve();
  clock.advance(10_000); // before the thread has started
  assertEquals((await late).code, "bad-filter");
  assertEquals(clock.timers, 0);
  assertEquals(await grep.pick(bytesOf("a\nb\n"), by("b")), bytesOf("b\n"));
});

Deno.test("Grep.pick() lets a few wait, and throws overloaded for more", async () => {
  const grep = new Grep(new ManualClock());
  const accepted = Array.from({ length: 2 + 16 }, () => grep.pick(bytesOf("a\nb\n"), by("a")));
  assertEquals((await assertRejects(() => grep.pick(bytesOf("a"), by("a")), PasteError)).code, "overloaded");
  for (const bytes of await Promise.all(accepted)) assertEquals(bytes, bytesOf("a\n"));
  assertEquals(await grep.pick(bytesOf("a"), by("a")), bytesOf("a"));
});
