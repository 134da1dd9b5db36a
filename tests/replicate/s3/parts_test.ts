import { assert, assertEquals } from "@std/assert";
import { cutParts, MIN_PART_BYTES, partBytesFor } from "../../../replicate/s3/parts.ts";
import { seededRandom } from "../../support/random.ts";

const GIBIBYTE = 1024 ** 3;
const MAX_PARTS = 1000;

Deno.test("partBytesFor() grows so that as many parts suffice as the provider takes, in whole mebibytes", () => {
  for (const size of [0, 1, MIN_PART_BYTES * MAX_PARTS, 8 * GIBIBYTE, 124 * GIBIBYTE, 5000 * GIBIBYTE]) {
    const partBytes = partBytesFor(size, MAX_PARTS);
    assert(partBytes >= MIN_PART_BYTES);
    assert(Math.ceil(size / partBytes) <= MAX_PARTS, `${size} bytes in parts of ${partBytes}`);
    assertEquals(partBytes % (1024 * 1024), 0);
  }
  assertEquals(partBytesFor(MIN_PART_BYTES * MAX_PARTS, MAX_PARTS), MIN_PART_BYTES);
  assertEquals(partBytesFor(MIN_PART_BYTES * MAX_PARTS + 1, MAX_PARTS), MIN_PART_BYTES + 1024 * 1024);
  assertEquals(partBytesFor(60 * GIBIBYTE, 10_000), MIN_PART_BYTES);
});

Deno.test("cutParts() gives equal parts and a last one that is not larger", async () => {
  const random = seededRandom(3);
  for (const length of [1, 9, 10, 11, 20, 21, 95]) {
    const whole = random.bytes(length);
    const parts = await Array.fromAsync(cutParts(stream(random.pieces(whole, 7)), 10));
    assertEquals(parts.map((part) => part.length).slice(0, -1), new Array(Math.ceil(length / 10) - 1).fill(10));
    assertEquals(parts.at(-1)?.length, length % 10 || 10);
    assertEquals(new Uint8Array(await new Blob(parts).arrayBuffer()), whole);
  }
});

Deno.test("cutParts() gives one empty part for an empty stream", async () => {
  assertEquals(await Array.fromAsync(cutParts(stream([]), 10)), [new Uint8Array(0)]);
  assertEquals(await Array.fromAsync(cutParts(stream([new Uint8Array(0)]), 10)), [new Uint8Array(0)]);
});

Deno.test("cutParts() never changes a part that it has given away", async () => {
  const parts = cutParts(stream([new Uint8Array(10).fill(1), new Uint8Array(10).fill(2)]), 10);
  const first = (await parts.next()).value;
  await parts.next();
  assertEquals(first, new Uint8Array(10).fill(1));
  await parts.return();
});

async function* stream(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (const piece of pieces) yield await Promise.resolve(new Uint8Array(piece));
}
