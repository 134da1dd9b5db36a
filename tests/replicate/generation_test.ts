import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { newGeneration, parseGeneration } from "../../replicate/generation.ts";

Deno.test("newGeneration() writes eight random bytes as sixteen hexadecimal digits", () => {
  const counting = (bytes: Uint8Array): Uint8Array => bytes.map((_, i) => i * 0x1f);
  assertEquals(newGeneration(counting), "001f3e5d7c9bbad9");
  assertEquals(newGeneration((bytes) => bytes), "0000000000000000");
  assertEquals(newGeneration((bytes) => bytes.fill(0xff)), "ffffffffffffffff");
});

Deno.test("newGeneration() draws another name each time when nothing else is given", () => {
  const names = Array.from({ length: 100 }, () => newGeneration());
  assertEquals(new Set(names).size, 100);
  for (const name of names) assertMatch(name, /^[0-9a-f]{16}$/);
  assertNotEquals(names[0], "0000000000000000");
});

Deno.test("parseGeneration() gives back what newGeneration() drew", () => {
  const name = newGeneration();
  assertEquals(parseGeneration(name), name);
});

Deno.test("parseGeneration() is null when the text is no generation's name", () => {
  const hostile = [
    "",
    "0123456789abcde",
    "0123456789abcdef0",
    "0123456789ABCDEF",
    "0123456789abcdeg",
    " 0123456789abcdef",
    "0123456789abcdef\n",
    "0123456789abcdef/",
    "0x23456789abcdef",
    "../../../../../..",
    "0123456789abcde\u0661",
    "0123456789abcde\u0000",
  ];
  for (const text of hostile) assertEquals(parseGeneration(text), null, JSON.stringify(text));
});
