import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { FileStore } from "../../replicate/file_store.ts";
import { appendLink, formatChainKey } from "../../replicate/chain.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { listReplica } from "../../replicate/replica.ts";
import { Retention } from "../../replicate/retention.ts";
import { RefusingStore } from "../support/refusing_store.ts";
import { GENERATION, generationOf, ReplicaFolder, segmentKey, snapshotKey } from "../support/replica_builder.ts";
import { systemClock } from "../../replicate/clock.ts";
import { seededRandom } from "../support/random.ts";
import { withWriterScene, type WriterScene } from "../support/writer_context.ts";

const OLD = generationOf("aaaaaaaaaaaaaaaa");
const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);
const SETTINGS = { retentionMs: DAY_MS };
const PLAIN = await encodeFrame(new Uint8Array(1_000).fill(7));

/** Three snapshots of which one is too old, an older generation, and the chain that links the two. */
async function replicaOf(): Promise<ReplicaFolder> {
  const replica = await ReplicaFolder.create();
  const put = async (key: string, ageDays: number): Promise<void> =>
    await replica.put(key, PLAIN, NOW_MS - ageDays * DAY_MS);
  await put(segmentKey(0, 0, OLD), 9);
  await put(snapshotKey(0, OLD), 9);
  await appendLink(replica.store, 0, { generation: OLD, reason: "first generation" });
  await appendLink(replica.store, 1, { generation: GENERATION, reason: "wal outgrew its bound" });
  for (const [index, ageDays] of [[0, 5], [1, 2], [2, 0.5]] as const) {
    await put(segmentKey(index, 0), ageDays);
    await put(snapshotKey(index), ageDays);
    await put(segmentKey(index, 4_152), ageDays);
  }
  return replica;
}

function contextOf({ context }: WriterScene): WriterScene["context"] {
  return { ...context, clock: { ...systemClock, now: () => NOW_MS } };
}

const signal = new AbortController().signal;

Deno.test("Retention.apply() deletes what is too old, tells it, and never touches the chain", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const retention = new Retention(contextOf(scene), replica.store);
    await retention.apply(GENERATION, await listReplica(replica.store), signal);
    assertEquals(await replica.keys(), [
      ...[formatChainKey(0), formatChainKey(1)],
      ...[snapshotKey(1), snapshotKey(2)],
      ...[segmentKey(1, 0), segmentKey(1, 4_152), segmentKey(2, 0), segmentKey(2, 4_152)],
    ]);
    assertEquals(scene.events, [
      { type: "retention-applied", replica: replica.store.url, objects: 5, bytes: 5 * PLAIN.byteLength },
    ]);
  }, SETTINGS);
});

Deno.test("Retention.apply() asks for nothing more when there is nothing to delete", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const store = new RefusingStore(replica.store);
    const retention = new Retention(contextOf(scene), store);
    const listing = (await listReplica(replica.store)).filter(({ generation }) => generation === GENERATION);
    await retention.apply(GENERATION, listing.map((own) => ({ ...own, snapshots: own.snapshots.slice(0, 1) })), signal);
    assertEquals(store.passed, { list: 0, read: 0, create: 0, putStream: 0, delete: 0 });
    assertEquals(scene.events, []);
  }, SETTINGS);
});

Deno.test("Retention.apply() decides by what is there right before the deletion", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const listing = await listReplica(replica.store);
    await replica.remove(snapshotKey(1)); // what would have covered the window is gone
    await new Retention(contextOf(scene), replica.store).apply(GENERATION, listing, signal);
    const keys = await replica.keys();
    assert(keys.includes(snapshotKey(0)) && keys.includes(segmentKey(0, 0)) && keys.includes(segmentKey(1, 0)));
  }, SETTINGS);
});

Deno.test("Retention.apply() deletes no older generation while the newest snapshot cannot be read", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const keys = await replica.keys();
    const flipped = PLAIN.with(20, (PLAIN[20] ?? 0) ^ 1);
    await replica.put(snapshotKey(2), flipped, NOW_MS - DAY_MS / 2);
    const retention = new Retention(contextOf(scene), replica.store);
    const apply = async (): Promise<void> =>
      await retention.apply(GENERATION, await listReplica(replica.store), signal);
    const error = await assertRejects(apply, ReplicateError, snapshotKey(2));
    assertEquals([error.code, await replica.keys()], ["object-damaged", keys]);
  }, SETTINGS);
});

/** A folder that says it has deleted, and has not. */
class DeafStore extends FileStore {
  override delete(): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("Retention.apply() fails when the store lists what it said is deleted", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const store = new DeafStore({ folder: replica.path, clock: systemClock, random: seededRandom(1).next });
    const retention = new Retention(contextOf(scene), store);
    const listing = await listReplica(store);
    await assertRejects(() => retention.apply(GENERATION, listing, signal), ReplicateError, "after it said");
    assertEquals(scene.events, []);
  }, SETTINGS);
});

Deno.test("Retention.apply() stops between two requests when it is told to", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const keys = await replica.keys();
    const retention = new Retention(contextOf(scene), replica.store);
    const listing = await listReplica(replica.store);
    await assertRejects(
      () => retention.apply(GENERATION, listing, AbortSignal.abort(new Error("fenced"))),
      Error,
      "fenced",
    );
    assertEquals(await replica.keys(), keys);
  }, SETTINGS);
});

Deno.test("Retention.tell() tells a failure once, until it is another one or deleting works again", async () => {
  await withWriterScene(async (scene) => {
    await using replica = await replicaOf();
    const retention = new Retention(contextOf(scene), replica.store);
    const refused = new ReplicateError("store-refused", "It may not delete");
    const codes = (): string[] =>
      scene.events.flatMap((event) => event.type === "retention-failed" ? [event.error.code] : []);
    for (let i = 0; i < 3; i++) retention.tell(refused);
    assertEquals(codes(), ["store-refused"]);
    retention.tell(new ReplicateError("store-unavailable", "No answer"));
    assertEquals(codes(), ["store-refused", "store-unavailable"]);
    await retention.apply(GENERATION, await listReplica(replica.store), signal);
    retention.tell(new ReplicateError("store-unavailable", "No answer"));
    assertEquals(codes(), ["store-refused", "store-unavailable", "store-unavailable"]);
  }, SETTINGS);
});
