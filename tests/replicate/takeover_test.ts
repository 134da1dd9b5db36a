import { assert, assertEquals } from "@std/assert";
import type { LogEnd } from "../../replicate/log_end.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { blockLog, closeLog, endLog, sealLog } from "../../replicate/takeover.ts";
import { GENERATION, ReplicaFolder, segmentKey } from "../support/replica_builder.ts";

function at(index: number, offset: number, state: LogEnd["state"] = "open"): LogEnd {
  return { generation: GENERATION, index, offset, state };
}

const content = (byteLength: number): Promise<Uint8Array<ArrayBuffer>> =>
  encodeFrame(new Uint8Array(byteLength).fill(1));

/** A store whose owner appends something, as long as it can, right before somebody else creates. */
function busyStore(store: ObjectStore, appends: (key: string) => Promise<void>): ObjectStore {
  return {
    url: store.url,
    list: (prefix, options) => store.list(prefix, options),
    read: (key, options) => store.read(key, options),
    create: async (key, bytes, options) => {
      await appends(key);
      return await store.create(key, bytes, options);
    },
    putStream: (key, chunks, options) => store.putStream(key, chunks, options),
    delete: (keys, options) => store.delete(keys, options),
  };
}

Deno.test("sealLog() creates a segment without content at the end, once", async () => {
  await using replica = await ReplicaFolder.create();
  assertEquals(await sealLog(replica.store, at(2, 100)), at(2, 100, "sealed"));
  assertEquals(await sealLog(replica.store, at(2, 100)), at(2, 100, "sealed"), "a seal that is there will do");
  assertEquals(await replica.keys(), [segmentKey(2, 100)]);
});

Deno.test("sealLog() seals nothing where nothing was written yet, or what is closed", async () => {
  await using replica = await ReplicaFolder.create();
  for (const end of [at(0, 0), at(2, 100, "sealed"), at(2, 100, "ended")]) {
    assertEquals(await sealLog(replica.store, end), end);
  }
  assertEquals(await replica.keys(), []);
});

Deno.test("sealLog() tells how far the log has grown, and leaves what is there", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(segmentKey(2, 100), await content(33));
  assertEquals(await sealLog(replica.store, at(2, 100)), at(2, 133));
  assertEquals(await replica.keys(), [segmentKey(2, 100)]);
});

Deno.test("blockLog() occupies the next index, or tells who has begun it", async () => {
  await using replica = await ReplicaFolder.create();
  assertEquals(await blockLog(replica.store, at(2, 100)), at(2, 100, "blocked"));
  assertEquals(await blockLog(replica.store, at(2, 100, "sealed")), at(2, 100, "ended"));
  assertEquals(await blockLog(replica.store, at(5, 0)), at(5, 0, "ended"));
  await replica.put(segmentKey(8, 0), await content(44));
  assertEquals(await blockLog(replica.store, at(7, 10, "sealed")), at(8, 44));
});

Deno.test("closeLog() closes a log that grows while it is being closed", async () => {
  await using replica = await ReplicaFolder.create();
  let appended = 0;
  const store = busyStore(replica.store, async (key) => {
    if (appended < 5 && key === segmentKey(0, 100 + 10 * appended)) {
      await replica.put(key, await content(10));
      appended++;
    }
  });
  assertEquals(await closeLog(store, at(0, 100)), at(0, 150, "sealed"));
});

Deno.test("closeLog() stops an owner that appends for ever at its next WAL: the log is ended then", async () => {
  await using replica = await ReplicaFolder.create();
  let isStopped = false;
  let end = 100;
  const store = busyStore(replica.store, async (key) => {
    if (isStopped || key !== segmentKey(0, end)) return;
    // The owner wants to restart its WAL after 30 segments, and finds the next index taken.
    if (end === 100 + 30 * 10) {
      isStopped = await replica.store.create(segmentKey(1, 0), await content(10)) === "exists";
      return;
    }
    await replica.put(key, await content(10));
    end += 10;
  });
  assertEquals(await closeLog(store, at(0, 100)), at(0, 400, "ended"));
  assert(isStopped);
});

Deno.test("endLog() leaves no key to its owner, whoever has closed what already", async () => {
  for (const state of ["open", "sealed", "blocked", "ended"] as const) {
    await using replica = await ReplicaFolder.create();
    if (state === "sealed" || state === "ended") await replica.put(segmentKey(2, 100), await content(0));
    if (state === "blocked" || state === "ended") await replica.put(segmentKey(3, 0), await content(0));
    assertEquals(await endLog(replica.store, at(2, 100, state)), at(2, 100, "ended"));
    assertEquals(await replica.keys(), [segmentKey(2, 100), segmentKey(3, 0)]);
  }
});

Deno.test("endLog() does not end a log whose next index was claimed", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(segmentKey(3, 0), await content(50));
  assertEquals(await endLog(replica.store, at(2, 100)), at(3, 50));
});
