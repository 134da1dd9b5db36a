import { assertEquals } from "@std/assert";
import { chooseEncoding } from "../../server/accept_encoding.ts";

const CASES: readonly (readonly [header: string | null, stored: string, plain: string])[] = [
  [null, "plain", "plain"],
  ["", "plain", "plain"],
  ["gzip, deflate, br, zstd", "stored", "plain"],
  ["deflate, gzip, br, ZSTD", "stored", "plain"],
  ["gzip", "plain", "plain"],
  ["*", "stored", "plain"],
  ["zstd;q=0", "plain", "plain"],
  ["zstd;q=0, *", "plain", "plain"],
  ["zstd;q=0.001", "stored", "plain"],
  ["identity, zstd;q=0.5", "plain", "plain"],
  ["identity;q=0.5, zstd;q=0.5", "stored", "plain"],
  ["zstd;q=0.5, identity;q=0.2", "stored", "plain"],
  ["identity;q=0", "none", "none"],
  ["gzip, identity;q=0", "none", "none"],
  ["zstd, identity;q=0", "stored", "none"],
  ["*;q=0", "none", "none"],
  ["zstd, *;q=0", "stored", "none"],
  ["identity;q=0.1, *;q=0", "plain", "plain"],
  ["zstd ; q = 0.0", "plain", "plain"],
  ["zstd;q=2", "plain", "plain"],
  ["zstd;q=", "plain", "plain"],
  [";q=1,,,zstd", "stored", "plain"],
];

Deno.test("chooseEncoding() sends what is stored to those who take it, and nothing that is refused", () => {
  for (const [header, stored, plain] of CASES) {
    assertEquals([chooseEncoding(header, "zstd"), chooseEncoding(header, null)], [stored, plain], String(header));
  }
});
