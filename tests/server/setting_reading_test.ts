import { assert, assertEquals } from "@std/assert";
import {
  EXPIRY,
  MEMORY,
  parseSize,
  PER_MINUTE_LIMIT,
  TOTAL_SIZE,
  TRUST_PROXY,
  UPLOAD_TOKENS,
} from "../../server/setting_reading.ts";

Deno.test("parseSize() reads bytes and units, up to the largest", () => {
  const cases: Readonly<Record<string, number | undefined>> = {
    "1": 1,
    "10B": 10,
    "2KiB": 2048,
    "1MiB": 1_048_576,
    "0": undefined,
    "1025KiB": undefined,
    "": undefined,
    "1.5MiB": undefined,
    "1MB": undefined,
    "-1": undefined,
    "9999999999999": undefined,
  };
  for (const [text, bytes] of Object.entries(cases)) {
    assertEquals(parseSize(text, { min: 1, max: 1024 * 1024 }), bytes, text);
  }
});

Deno.test("MEMORY reads 0 and sizes, EXPIRY reads lives", () => {
  assertEquals([MEMORY.parse("0"), MEMORY.parse("32MiB"), MEMORY.parse(""), MEMORY.parse("lots")], [
    0,
    32 * 1024 * 1024,
    undefined,
    undefined,
  ]);
  assertEquals([EXPIRY.parse("1h"), EXPIRY.parse("never"), EXPIRY.parse("x")], [3_600_000, null, undefined]);
});

Deno.test("TOTAL_SIZE, TRUST_PROXY and UPLOAD_TOKENS read nothing as nothing", () => {
  assertEquals([TOTAL_SIZE.parse(""), TRUST_PROXY.parse(""), UPLOAD_TOKENS.parse("")], [null, null, []]);
  assertEquals(TOTAL_SIZE.parse("8192GiB"), 8 * 1024 ** 4);
});

Deno.test("PER_MINUTE_LIMIT reads 0 as no limit, as LogPaste has it", () => {
  assertEquals([PER_MINUTE_LIMIT.parse("0"), PER_MINUTE_LIMIT.parse("15"), PER_MINUTE_LIMIT.parse("x")], [
    null,
    15,
    undefined,
  ]);
});

Deno.test("UPLOAD_TOKENS is marked as a secret", () => {
  assert(UPLOAD_TOKENS.secret);
});
