import { assertEquals, assertThrows } from "@std/assert";
import { newGeneration, parseGeneration } from "../../replicate/generation.ts";
import {
  comparePlaces,
  formatHex,
  formatPosition,
  INDEX_MAX,
  OFFSET_MAX,
  parsePosition,
} from "../../replicate/position.ts";
import { withRandom } from "../support/random.ts";

const CASES: readonly [index: number, offset: number, text: string][] = [
  [0, 0, "0123456789abcdef/00000000:0"],
  [1, 4152, "0123456789abcdef/00000001:4152"],
  [0xabcdef, 32, "0123456789abcdef/00abcdef:32"],
  [INDEX_MAX, OFFSET_MAX, "0123456789abcdef/7fffffff:4294967295"],
];

Deno.test("formatPosition() and parsePosition() mirror each other", () => {
  for (const [index, offset, text] of CASES) {
    const generation = parseGeneration("0123456789abcdef") ?? newGeneration();
    assertEquals(formatPosition({ generation, index, offset }), text);
    assertEquals<unknown>(parsePosition(text), { generation, index, offset });
  }
});

Deno.test("parsePosition() gives back any position that formatPosition() wrote", async () => {
  await withRandom((random) => {
    for (let i = 0; i < 1000; i++) {
      const generation = newGeneration(() => random.bytes(8));
      const position = { generation, index: random.integer(0, INDEX_MAX), offset: random.integer(0, OFFSET_MAX) };
      assertEquals<unknown>(parsePosition(formatPosition(position)), position);
    }
  });
});

Deno.test("parsePosition() throws a SyntaxError that quotes the text when it has another form", () => {
  const hostile = [
    "",
    "0123456789abcdef",
    "0123456789abcdef/00000001",
    "0123456789abcdef/00000001:",
    "0123456789abcdef/00000001:-1",
    "0123456789abcdef/00000001:1.5",
    "0123456789abcdef/00000001:0x20",
    "0123456789abcdef/00000001:12345678901",
    "0123456789abcdef/0000001:0",
    "0123456789abcdef/000000001:0",
    "0123456789abcdef/0000000A:0",
    "0123456789ABCDEF/00000001:0",
    "0123456789abcde/00000001:0",
    "0123456789abcdef/../00000001:0",
    "0123456789abcdef/00000001:0\n",
    " 0123456789abcdef/00000001:0",
  ];
  for (const text of hostile) assertThrows(() => parsePosition(text), SyntaxError, `current value is "${text}"`);
});

Deno.test("comparePlaces() orders by index, then by offset", () => {
  const places = [
    { index: 0, offset: 0 },
    { index: 0, offset: 32 },
    { index: 0, offset: OFFSET_MAX },
    { index: 1, offset: 0 },
    { index: 9, offset: 4152 },
    { index: 10, offset: 32 },
    { index: INDEX_MAX, offset: 0 },
  ];
  for (const [i, a] of places.entries()) {
    for (const [j, b] of places.entries()) assertEquals(Math.sign(comparePlaces(a, b)), Math.sign(i - j));
  }
});

Deno.test("formatHex() writes at least eight lower-case digits", () => {
  const cases: readonly [value: number, text: string][] = [
    [0, "00000000"],
    [0x4080, "00004080"],
    [0xabcdef12, "abcdef12"],
    [OFFSET_MAX, "ffffffff"],
    [OFFSET_MAX + 1, "100000000"],
  ];
  for (const [value, text] of cases) assertEquals(formatHex(value), text);
});
