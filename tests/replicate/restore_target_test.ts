/** Restores to a position, and from a replica that changes meanwhile. */

import { assertEquals } from "@std/assert";
import { FileStore } from "../../replicate/file_store.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import type { ObjectInfo } from "../../replicate/object_store.ts";
import { restore } from "../../replicate/restore.ts";
import { GENERATION, recordHistory, ReplicaFolder, sha256, snapshotKey } from "../support/replica_builder.ts";
import { impatientClock } from "../support/s3_server_store.ts";

const HISTORY = await recordHistory(512, [
  ["INSERT INTO item VALUES (1, 'a')", "INSERT INTO item VALUES (2, 'b')"],
  ["INSERT INTO item VALUES (3, 'c')"],
  ["INSERT INTO item VALUES (4, 'd')", "INSERT INTO item VALUES (5, 'e')"],
]);

Deno.test("restore() plans anew when a listing of several pages is half from before a deletion", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  await using shorter = await ReplicaFolder.of({
    ...HISTORY,
    segments: HISTORY.segments.filter(({ index }) => index < 2),
  });
  const database = await shorter.restoredBytes();
  const before = await Array.fromAsync(replica.store.list(""));
  await replica.put(snapshotKey(2), await encodeFrame(database));
  await replica.store.delete((await replica.keys()).filter((other) => /\/0000000[01][._]/.test(other)));
  let lists = 0;
  class PagedStore extends FileStore {
    override async *list(prefix: string): AsyncGenerator<ObjectInfo, void> {
      if (lists++ > 0) return yield* super.list(prefix);
      yield* before.filter(({ key }) => key === snapshotKey(0));
      yield* (await Array.fromAsync(super.list(prefix))).filter(({ key }) => key.includes("/wal/"));
    }
  }
  const store = new PagedStore({ folder: replica.path, clock: impatientClock, random: () => 0.5 });
  const result = await restore(store, { outputPath: replica.outputPath, clock: impatientClock, random: () => 0.5 });
  assertEquals([lists, result?.objects], [2, 3], "twice");
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(HISTORY.database));
});

Deno.test("restore() gives the state at the end of each transaction that is asked for", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  for (const [count, { index, offset, plain }] of HISTORY.segments.entries()) {
    await using shorter = await ReplicaFolder.of({
      base: HISTORY.base,
      segments: HISTORY.segments.slice(0, count + 1),
    });
    const target = { generation: GENERATION, index, offset: offset + plain.byteLength, timestampMs: null };
    const result = await replica.restore({ target });
    assertEquals(result?.position, { generation: GENERATION, index, offset: target.offset });
    assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(await shorter.restoredBytes()));
    await Deno.remove(replica.outputPath);
  }
});
