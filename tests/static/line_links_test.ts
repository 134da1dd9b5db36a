import { assertEquals } from "@std/assert";
import { formatLines, parseLines } from "../../static/line_links.js";

Deno.test("parseLines() reads what people type and link to, and refuses the rest", () => {
  const cases: readonly (readonly [string, readonly [number, number] | null])[] = [
    ["#L5", [5, 5]],
    ["#L5-L9", [5, 9]],
    ["#L9-5", [5, 9]],
    ["5-9", [5, 9]],
    ["", null],
    ["#", null],
    ["#L0", null],
    ["#L", null],
    ["#L1-", null],
    ["#L1234567890", null],
    ["#search", null],
  ];
  for (const [text, lines] of cases) {
    assertEquals(parseLines(text), lines && { first: lines[0], last: lines[1] }, text);
  }
});

Deno.test("formatLines() writes what parseLines() reads", () => {
  assertEquals([{ first: 5, last: 5 }, { first: 5, last: 9 }].map(formatLines), ["#L5", "#L5-L9"]);
});
