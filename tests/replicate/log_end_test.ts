import { assert, assertEquals } from "@std/assert";
import { findLogEnd, followLog, isClosed, isSamePlace, type LogEnd, nextIndex } from "../../replicate/log_end.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { listReplica } from "../../replicate/replica.ts";
import { GENERATION, ReplicaFolder, segmentKey, snapshotKey } from "../support/replica_builder.ts";

/** What a generation has: `<index>_<offset>` with so many plain bytes. */
type Segments = readonly (readonly [index: number, offset: number, byteLength: number])[];

async function fill(replica: ReplicaFolder, segments: Segments): Promise<void> {
  for (const [index, offset, byteLength] of segments) {
    await replica.put(segmentKey(index, offset), await encodeFrame(new Uint8Array(byteLength).fill(7)));
  }
}

function end(index: number, offset: number, state: LogEnd["state"]): LogEnd {
  return { generation: GENERATION, index, offset, state };
}

const TABLE: readonly { readonly name: string; readonly segments: Segments; readonly end: LogEnd }[] = [
  { name: "no segment", segments: [], end: end(3, 0, "open") },
  { name: "one segment", segments: [[3, 0, 100]], end: end(3, 100, "open") },
  { name: "several", segments: [[3, 0, 100], [3, 100, 20], [4, 0, 50], [4, 50, 1]], end: end(4, 51, "open") },
  { name: "a seal", segments: [[3, 0, 100], [3, 100, 0]], end: end(3, 100, "sealed") },
  { name: "an index after a seal", segments: [[3, 0, 100], [3, 100, 0], [4, 0, 9]], end: end(4, 9, "open") },
  { name: "a blocked index", segments: [[3, 0, 100], [4, 0, 0]], end: end(3, 100, "blocked") },
  { name: "seal and block", segments: [[3, 0, 100], [3, 100, 0], [4, 0, 0]], end: end(3, 100, "ended") },
  { name: "nothing but a block", segments: [[3, 0, 0]], end: end(3, 0, "ended") },
];

for (const { name, segments, end: expected } of TABLE) {
  Deno.test(`findLogEnd() finds the end behind ${name}`, async () => {
    await using replica = await ReplicaFolder.create();
    await replica.put(snapshotKey(3), await encodeFrame(new Uint8Array(512)));
    await fill(replica, segments);
    const [listing] = await listReplica(replica.store);
    if (listing === undefined) throw new Error("It is not listed");
    assertEquals(await findLogEnd(replica.store, listing), expected);
  });

  Deno.test(`followLog() comes from the snapshot to the end behind ${name}, without a listing`, async () => {
    await using replica = await ReplicaFolder.create();
    await fill(replica, segments);
    assertEquals(await followLog(replica.store, end(3, 0, "open")), expected);
    assertEquals(await followLog(replica.store, expected), expected, "and finds nothing new there");
  });
}

Deno.test("nextIndex() is the index that a claim goes to: the same while nothing of it is there", () => {
  assertEquals(nextIndex(end(3, 100, "sealed")), 4);
  assertEquals(nextIndex(end(3, 0, "open")), 3);
});

Deno.test("isClosed() holds when nobody can append, isSamePlace() whatever the state", () => {
  const states = ["open", "sealed", "blocked", "ended"] as const;
  assertEquals(states.map((state) => isClosed(end(0, 1, state))), [false, true, false, true]);
  assert(isSamePlace(end(0, 1, "open"), end(0, 1, "sealed")));
  assert(!(isSamePlace(end(0, 1, "open"), end(1, 1, "open"))));
});
