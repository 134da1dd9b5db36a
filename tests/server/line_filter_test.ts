import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { badFilter, filterLines, type LineFilter, parseLineFilter } from "../../server/line_filter.ts";
import { withRandom } from "../support/random.ts";
import { bytesOf, join } from "./support.ts";

function parse(query: string): LineFilter | null {
  return parseLineFilter(`http://x.example/000000000000${query}`);
}

function pick(text: string | Uint8Array<ArrayBuffer>, query: string): string {
  const filter = parse(query);
  if (filter === null) throw new Error("The query has a filter");
  return new TextDecoder().decode(filterLines(typeof text === "string" ? bytesOf(text) : text, filter));
}

Deno.test("parseLineFilter() is null when the query asks for no lines", () => {
  for (const query of ["", "?", "?x=1", "?Grep=a", "?v=2#grep=a"]) assertEquals(parse(query), null, query);
});

Deno.test("parseLineFilter() reads every parameter, and several patterns", () => {
  assertEquals(parse("?lines=5-9&grep=a%2Bb&grep=c+d&head=3&tail=2"), {
    first: 5,
    last: 9,
    patterns: ["a+b", "c d"],
    head: 3,
    tail: 2,
  });
  assertEquals(parse("?grep=x"), { first: 1, last: Infinity, patterns: ["x"], head: Infinity, tail: Infinity });
});

Deno.test("parseLineFilter() throws bad-filter that names the parameter and the value", () => {
  const bad: readonly (readonly [string, string])[] = [
    ["?head=0", 'head as it must be a number of lines from 1 to 999999999: current value is "0"'],
    ["?tail=-1", 'tail as it must be a number of lines from 1 to 999999999: current value is "-1"'],
    ["?tail=1000000000", 'from 1 to 999999999: current value is "1000000000"'],
    ["?head=", 'head as it must be a number of lines from 1 to 999999999: current value is ""'],
    ["?tail=1e3", 'current value is "1e3"'],
    ["?head=9999999999", 'current value is "9999999999"'],
    ["?head=1&head=2", "head as it is given more than once"],
    ["?lines=", 'lines as it must be a line or a range such as "5", "5-9", "5-" or "-9": current value is ""'],
    ["?lines=-", 'current value is "-"'],
    ["?lines=0", 'current value is "0"'],
    ["?lines=9-5", 'current value is "9-5"'],
    ["?lines=1-2-3", 'current value is "1-2-3"'],
    ["?lines=a-b", 'current value is "a-b"'],
    [`?lines=${"x".repeat(500)}`, `current value is "${"x".repeat(50)}…"`],
    ["?grep=", "grep as the pattern must not be empty"],
    [`?grep=${"a".repeat(201)}`, "at most 200 characters: shorten them"],
    [`?${"grep=a&".repeat(201)}`, "all patterns together must have at most 200 characters"],
  ];
  for (const [query, message] of bad) {
    const error = assertThrows(() => parse(query), PasteError);
    assertEquals([error.code, error.status], ["bad-filter", 400], query);
    assertStringIncludes(error.message, message, query);
  }
});

Deno.test("filterLines() picks by number, from the front and from the end", () => {
  const text = "1\n2\n3\n4\n5\n";
  const cases: Readonly<Record<string, string>> = {
    "?lines=2": "2\n",
    "?lines=2-4": "2\n3\n4\n",
    "?lines=4-": "4\n5\n",
    "?lines=-2": "1\n2\n",
    "?lines=6": "",
    "?lines=4-99": "4\n5\n",
    "?head=2": "1\n2\n",
    "?head=99": text,
    "?tail=2": "4\n5\n",
    "?tail=99": text,
    "?head=3&tail=1": "3\n",
    "?tail=1&head=3": "3\n",
    "?lines=2-4&head=2&tail=1": "3\n",
  };
  for (const [query, expected] of Object.entries(cases)) assertEquals(pick(text, query), expected, query);
});

Deno.test("filterLines() keeps the bytes of what it keeps: CRLF, no last line end, no text at all", () => {
  assertEquals(pick("a\r\nb\r\nc", "?tail=2"), "b\r\nc");
  assertEquals(pick("a\n\n\nb", "?lines=2-3"), "\n\n");
  assertEquals(pick("a\rb\nc", "?head=1"), "a\rb\n");
  const bytes = join("x\n", Uint8Array.of(0xff, 0x00, 0xc3, 0x0a), "y");
  assertEquals(
    filterLines(bytes, { first: 2, last: 2, patterns: [], head: 9, tail: 9 }),
    Uint8Array.of(0xff, 0, 0xc3, 0x0a),
  );
  assertEquals(pick("", "?head=1"), "");
});

Deno.test("filterLines() matches lines without their ends", () => {
  const seen: string[] = [];
  const filter: LineFilter = { first: 1, last: Infinity, patterns: [], head: Infinity, tail: Infinity };
  filterLines(bytesOf("a\r\n\n\r\nb\r\r\nc\r"), filter, (line) => seen.push(new TextDecoder().decode(line)) > 0);
  assertEquals(seen, ["a", "", "", "b\r", "c\r"]);
});

Deno.test("filterLines() says the same as picking from an array of lines", async () => {
  await withRandom((random) => {
    for (let round = 0; round < 300; round++) {
      const lines = Array.from(
        { length: random.integer(0, 3000) },
        () => random.pick(["", "a", "b\r", "abc", "b"]) + "\n",
      );
      if (random.next() < 0.5) lines.push("b");
      const first = random.integer(1, 20);
      const filter: LineFilter = {
        first,
        last: random.pick([Infinity, first + random.integer(0, 3000)]),
        patterns: [],
        head: random.pick([Infinity, random.integer(1, 2000)]),
        tail: random.pick([Infinity, random.integer(1, 2000)]),
      };
      const hasB = random.next() < 0.5 ? (line: string): boolean => line.includes("b") : (): boolean => true;
      const expected = lines.slice(first - 1, filter.last).filter(hasB).slice(0, filter.head);
      const picked = filterLines(bytesOf(lines.join("")), filter, (line) => hasB(new TextDecoder().decode(line)));
      assertEquals(
        new TextDecoder().decode(picked),
        (filter.tail === Infinity ? expected : expected.slice(-filter.tail)).join(""),
      );
    }
  });
});

Deno.test("badFilter() is a 400", () => {
  assertEquals(badFilter("x").status, 400);
});
