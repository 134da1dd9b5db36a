import { assertEquals } from "@std/assert";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { locateWal } from "../../replicate/locate_wal.ts";
import { listReplica } from "../../replicate/replica.ts";
import { recordHistory, ReplicaFolder, segmentAt, segmentKey } from "../support/replica_builder.ts";
import { headerOf } from "../support/wal_builder.ts";

const HISTORY = await recordHistory(512, [
  ["INSERT INTO item VALUES (1, 'a')", "INSERT INTO item VALUES (2, 'b')"],
  ["INSERT INTO item VALUES (3, 'c')"],
  ["INSERT INTO item VALUES (4, 'd')"],
  ["INSERT INTO item VALUES (5, 'e')"],
]);

Deno.test("locateWal() finds the last WALs by their salts, past a segment without content", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  await replica.put(segmentKey(4, 0), await encodeFrame(new Uint8Array()));
  const [listing] = await listReplica(replica.store);
  if (listing === undefined) throw new Error("There is a generation");
  const located: (number | null)[] = [];
  for (const index of [3, 2, 0]) {
    const { plain } = segmentAt({ segments: HISTORY.segments.filter((segment) => segment.index === index) }, 0);
    located.push(await locateWal(replica.store, listing, headerOf(plain)));
  }
  assertEquals(located, [3, 2, null], "what is long past is not looked for");
});
