import { assertEquals } from "@std/assert";
import { groupByGeneration } from "../../replicate/listing.ts";
import { withRandom } from "../support/random.ts";
import { GENERATION, generationOf, segmentKey, snapshotKey } from "../support/replica_builder.ts";

const OTHER = generationOf("ffeeddccbbaa9988");

function object(key: string, modifiedAtMs = 0): { key: string; size: number; modifiedAtMs: number } {
  return { key, size: 1, modifiedAtMs };
}

Deno.test("groupByGeneration() gives nothing when there is nothing of meaning", () => {
  assertEquals(groupByGeneration([]), []);
  assertEquals(groupByGeneration([object("chain/00000000"), object("generations/x/wal/y"), object("")]), []);
});

Deno.test("groupByGeneration() sorts snapshots by index, and segments by index and offset, as numbers", async () => {
  const snapshots = [0, 2, 0xff, 0x10000].map((index) => object(snapshotKey(index)));
  const places = [[0, 0], [0, 0x20], [0, 0x1038], [1, 0], [1, 0xfffffff8], [1, 0x100000010], [0xa, 0], [0xffff, 0]];
  const segments = places.map(([index = 0, offset = 0]) => object(segmentKey(index, offset)));
  await withRandom((random) => {
    const shuffled = [...snapshots, ...segments].map((one) => ({ one, at: random.next() }))
      .sort((a, b) => a.at - b.at).map(({ one }) => one);
    const [group] = groupByGeneration(shuffled);
    assertEquals(group?.snapshots.map(({ key }) => key), snapshots.map(({ key }) => key));
    assertEquals(group?.segments.map(({ key }) => key), segments.map(({ key }) => key));
    assertEquals(group?.segments.map(({ index, offset }) => [index, offset]), places);
  });
});

Deno.test("groupByGeneration() puts the generation last that was written to last, the larger name among equals", () => {
  const table: readonly (readonly [number, number, string[]])[] = [
    [1, 2, [GENERATION, OTHER]],
    [2, 1, [OTHER, GENERATION]],
    [1, 1, [GENERATION, OTHER]],
  ];
  for (const [atMs, otherAtMs, order] of table) {
    const objects = [
      object(snapshotKey(0), 0),
      object(segmentKey(0, 0), atMs),
      object(snapshotKey(0, OTHER), otherAtMs),
      object(segmentKey(0, 0, OTHER), 0),
    ];
    for (const listed of [objects, objects.toReversed()]) {
      const groups = groupByGeneration(listed);
      assertEquals(groups.map(({ generation }) => generation), order);
      assertEquals(groups.map(({ updatedAtMs }) => updatedAtMs), [atMs, otherAtMs].sort());
    }
  }
});

Deno.test("groupByGeneration() keeps what the listing says of each object", () => {
  const listed = { key: segmentKey(3, 0x20), size: 4711, modifiedAtMs: 42 };
  assertEquals(groupByGeneration([listed]), [{
    generation: GENERATION,
    snapshots: [],
    segments: [{ ...listed, index: 3, offset: 0x20 }],
    createdAtMs: 42,
    updatedAtMs: 42,
  }]);
});
