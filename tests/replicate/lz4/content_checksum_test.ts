import { assertEquals } from "@std/assert";
import { startContentChecksum, xxh32 } from "../../../replicate/lz4/content_checksum.ts";
import { withRandom } from "../../support/random.ts";

/** Sums that the reference implementation of xxHash gives with seed 0. */
const GOLDEN: readonly [text: string, sum: number][] = [
  ["", 0x02cc5d05],
  ["a", 0x550d7456],
  ["abc", 0x32d153ff],
  ["Nobody inspects the spammish repetition", 0xe2293b2f],
];

Deno.test("xxh32() gives the sums of the reference implementation", () => {
  for (const [text, sum] of GOLDEN) assertEquals(xxh32(new TextEncoder().encode(text)), sum, text);
});

Deno.test("startContentChecksum() gives the sums of the reference implementation", () => {
  for (const [text, sum] of GOLDEN) {
    const checksum = startContentChecksum();
    checksum.update(new TextEncoder().encode(text));
    assertEquals(checksum.digest(), sum, text);
  }
});

Deno.test("startContentChecksum() gives the same sum whatever the pieces", async () => {
  await withRandom((random) => {
    for (let i = 0; i < 100; i++) {
      const bytes = random.bytes(random.integer(0, 3000));
      const checksum = startContentChecksum();
      for (const piece of random.pieces(bytes, 100)) checksum.update(piece);
      assertEquals(checksum.digest(), xxh32(bytes));
    }
  });
});

Deno.test("startContentChecksum() keeps two sums apart when both are under way", () => {
  const first = startContentChecksum();
  const second = startContentChecksum();
  first.update(Uint8Array.of(0x61));
  second.update(Uint8Array.of(0x61, 0x62, 0x63));
  assertEquals([first.digest(), second.digest()], [0x550d7456, 0x32d153ff]);
});

Deno.test("xxh32() reads only the bytes given when they are part of a larger array", () => {
  const bytes = new TextEncoder().encode("xxabcxx").subarray(2, 5);
  assertEquals(xxh32(bytes), 0x32d153ff);
});
