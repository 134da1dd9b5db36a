import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { LineMatcher } from "../../server/line_matcher.ts";
import { bytesOf, ManualClock } from "./support.ts";

function refusal(run: () => unknown): string {
  const error = assertThrows(run, PasteError);
  assertEquals([error.code, error.status], ["bad-filter", 400]);
  return error.message;
}

Deno.test("LineMatcher.matches() tells whether all expressions match somewhere", () => {
  const matcher = new LineMatcher(["ERR(OR)?", "\\bdb\\b"], new ManualClock());
  assert(matcher.matches(bytesOf("12:00 ERROR db: gone")));
  assertFalse(matcher.matches(bytesOf("12:00 ERROR dbus: gone")));
  assertFalse(matcher.matches(bytesOf("")));
  assertFalse(matcher.matches(Uint8Array.of(0xff, 0x00, 0xc3)));
});

Deno.test("LineMatcher throws bad-filter for what is no RE2 expression", () => {
  for (const pattern of ["(", "[", "a{1001}", "\\1", "(?=a)", "(?<!a)b", "*"]) {
    const message = refusal(() => new LineMatcher([pattern], new ManualClock()));
    assertStringIncludes(message, "the pattern must be an RE2 expression: error parsing regexp", pattern);
  }
});

Deno.test("LineMatcher throws bad-filter for expressions that become too large", () => {
  const large = `(?:${"a?".repeat(90)}){1000}`;
  assertStringIncludes(refusal(() => new LineMatcher([large], new ManualClock())), "is too complex: repeat less in it");
});

Deno.test("LineMatcher.matches() throws bad-filter for a line that would take too long, and takes shorter ones", () => {
  const matcher = new LineMatcher(["(?:.*a.{0,300}){3}[cd]$"], new ManualClock());
  const message = refusal(() => matcher.matches(new Uint8Array(100_000).fill(0x61)));
  assertStringIncludes(message, "too complex for one of the lines: use a simpler one");
  assert(matcher.matches(bytesOf("aaad")));
});

Deno.test("LineMatcher.matches() takes expressions as people write them on a line of 2 MiB", () => {
  const line = new Uint8Array(2 * 1024 * 1024).fill(0x61);
  for (
    const pattern of ["ERROR.*timeout", "(?i)exception|error|fatal", "(a+)+$", "\\d{4}-\\d\\d-\\d\\dT", "^\\S+ \\[warn"]
  ) {
    assertEquals(new LineMatcher([pattern], new ManualClock()).matches(line), pattern === "(a+)+$", pattern);
  }
});

Deno.test("LineMatcher.matches() throws bad-filter between lines once two seconds are over", () => {
  const clock = new ManualClock();
  const matcher = new LineMatcher(["b"], clock);
  clock.advance(2_000);
  assert(matcher.matches(bytesOf("abc")));
  clock.advance(1);
  assertStringIncludes(refusal(() => matcher.matches(bytesOf("abc"))), "takes longer than 2 s here");
});
