import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { logLines, noise } from "../../bench/content.ts";

Deno.test("logLines() writes as many lines as asked, the same in every run, that shrink as a log does", () => {
  const text = logLines(5000);
  assertEquals(text.split("\n").length - 1, 5000);
  assertEquals(text, logLines(5000));
  const ratio = text.length / gzipSync(text).byteLength;
  assert(ratio > 3 && ratio < 15, `${ratio}`);
});

Deno.test("noise() does not shrink, and fills every byte", () => {
  const bytes = noise(200_000);
  assert(gzipSync(bytes).byteLength >= bytes.byteLength);
  assert(bytes.subarray(-1000).some((byte) => byte !== 0));
});
