import { assert, assertFalse } from "@std/assert";
import { seemsCompressible } from "../../server/compressible.ts";
import { seededRandom } from "../support/random.ts";

Deno.test("seemsCompressible() is true for text and false for noise, whatever their size", () => {
  const random = seededRandom(1);
  for (const size of [16_385, 65_536, 1_000_003]) {
    assert(seemsCompressible(random.text(size)), `${size}`);
    assertFalse(seemsCompressible(random.bytes(size)), `${size}`);
  }
});

Deno.test("seemsCompressible() is true when a part compresses that is in the middle or at the end", () => {
  for (const at of [100_000, 190_000]) {
    const bytes = seededRandom(2).bytes(200_000);
    bytes.fill(7, at - 60_000, at + 10_000);
    assert(seemsCompressible(bytes), `${at}`);
  }
});

Deno.test("seemsCompressible() is true for few bytes: they are compressed at once", () => {
  assert(seemsCompressible(seededRandom(3).bytes(16_384)));
});
