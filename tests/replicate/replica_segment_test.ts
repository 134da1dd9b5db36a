/** Segments of any size, read in bounded memory. */

import { assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { createSegment, readSegment, readSegmentEnd } from "../../replicate/replica.ts";
import { GENERATION, ReplicaFolder, segmentKey } from "../support/replica_builder.ts";
import { seededRandom } from "../support/random.ts";

/** A word that is in no database. */
const CONTENT = new TextEncoder().encode("content");

Deno.test("readSegment() reads no more of an object than it was told to keep", async () => {
  await using replica = await ReplicaFolder.create();
  const key = segmentKey(0, 0);
  const plain = seededRandom(9).bytes(300_000);
  await replica.put(key, await encodeFrame(plain));
  for (const keptBytesMax of [1, 65_536, 65_537, 299_999, 300_000, 300_001]) {
    assertEquals(await readSegment(replica.store, key, { keptBytesMax }), plain.subarray(0, keptBytesMax));
  }
});

Deno.test("readSegment() does not even look at what lies beyond", async () => {
  await using replica = await ReplicaFolder.create();
  const key = segmentKey(0, 0);
  const stored = await encodeFrame(seededRandom(9).bytes(9 * 1024 * 1024));
  await replica.put(key, stored.slice(0, stored.byteLength >> 1));
  assertEquals((await readSegment(replica.store, key, { keptBytesMax: 10 })).byteLength, 10);
  await assertRejects(() => readSegment(replica.store, key), ReplicateError);
});

Deno.test("createSegment() keeps no more of a foreign object than tells that it is longer", async () => {
  await using replica = await ReplicaFolder.create();
  const place = { generation: GENERATION, index: 0, offset: 0 };
  await replica.put(segmentKey(0, 0), await encodeFrame(new Uint8Array(1_000_000)));
  const existing = await createSegment(replica.store, place, await encodeFrame(CONTENT), {
    plainBytes: CONTENT.byteLength,
  });
  assertEquals(existing, new Uint8Array(CONTENT.byteLength + 1));
});

Deno.test("readSegmentEnd() gives size and end of a segment, whatever the pieces it comes in", async () => {
  await using replica = await ReplicaFolder.create();
  const key = segmentKey(0, 0);
  const plain = seededRandom(9).bytes(200_000);
  for (const length of [0, 1, 99, 100, 101, 65_536, 65_600, 200_000]) {
    await replica.put(key, await encodeFrame(plain.subarray(0, length)));
    const tail = plain.subarray(Math.max(0, length - 100), length);
    assertEquals(await readSegmentEnd(replica.store, key, { tailBytes: 100 }), { plainBytes: length, tail });
  }
  await replica.put(key, CONTENT);
  const error = await assertRejects(() => readSegmentEnd(replica.store, key, { tailBytes: 100 }), ReplicateError, key);
  assertEquals(error.code, "object-damaged");
});
