import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { FileStore, type FileStoreOptions } from "../../replicate/file_store.ts";
import { parseGeneration } from "../../replicate/generation.ts";
import { groupByGeneration } from "../../replicate/listing.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { SnapshotKeeper } from "../../replicate/snapshot_keeper.ts";
import type { SyncPlace } from "../../replicate/sync.ts";
import { systemClock } from "../../replicate/clock.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { withWriterScene, type WriterScene } from "../support/writer_context.ts";

const generation = parseGeneration("00112233445566aa") ?? (() => {
  throw new Error("That is a generation");
})();
const FAR = { generation, index: 9, offset: 0 };

/** A folder that takes no snapshot while told so. */
class ShakyStore extends FileStore {
  isRefusing = false;

  constructor(folder: string) {
    const options: FileStoreOptions = { folder, clock: systemClock, random: Math.random };
    super(options);
  }

  override async putStream(...args: Parameters<ObjectStore["putStream"]>): Promise<void> {
    if (this.isRefusing) throw new ReplicateError("store-unavailable", "It refuses", { retryable: true });
    await super.putStream(...args);
  }
}

async function placeOf({ context }: WriterScene): Promise<SyncPlace> {
  const header = await context.walFile.readHeader();
  if (header === null) throw new Error("There is no WAL");
  return { generation, index: 0, cursor: new WalCursor(context.walFile, header, { runBytesMax: 65_536 }) };
}

/** A keeper, and a way to wait for its next call. */
function keeperOf(scene: WriterScene): { store: ShakyStore; keeper: SnapshotKeeper; changed: () => Promise<void> } {
  const store = new ShakyStore(`${scene.folder}/replica`);
  let next = Promise.withResolvers<void>();
  const keeper = new SnapshotKeeper(scene.context, store, () => next.resolve());
  const changed = async (): Promise<void> => {
    await next.promise;
    next = Promise.withResolvers<void>();
  };
  return { store, keeper, changed };
}

Deno.test("SnapshotKeeper makes one snapshot where there is none, and no second", async () => {
  await withWriterScene(async (scene) => {
    const { store, keeper, changed } = keeperOf(scene);
    const place = await placeOf(scene);
    await keeper.reset({ exists: false });
    await keeper.ensure(() => place);
    await keeper.ensure(() => place);
    assertEquals([keeper.exists, keeper.isRunning], [false, true]);
    keeper.advance(FAR);
    await changed();
    assertEquals([keeper.exists, keeper.isRunning], [true, false]);
    await keeper.ensure(() => place);
    assertFalse(keeper.isRunning);
    assertEquals((await Array.fromAsync(store.list(""))).length, 1);
    await keeper.reset({ exists: true });
    await keeper.ensure(() => place);
    assertFalse(keeper.isRunning);
  });
});

Deno.test("SnapshotKeeper.ensure() tells a failure once, and then tries again", async () => {
  await withWriterScene(async (scene) => {
    const { store, keeper, changed } = keeperOf(scene);
    const place = await placeOf(scene);
    store.isRefusing = true;
    await keeper.ensure(() => place);
    keeper.advance(FAR);
    await changed();
    assertEquals([keeper.exists, keeper.isRunning], [false, false]);
    await assertRejects(() => keeper.ensure(() => place), ReplicateError, "It refuses");
    store.isRefusing = false;
    await keeper.ensure(() => place);
    keeper.advance(FAR);
    await changed();
    assert(keeper.exists);
  });
});

Deno.test("SnapshotKeeper.reset() gives up what is under way for another generation", async () => {
  await withWriterScene(async (scene) => {
    const { store, keeper } = keeperOf(scene);
    const place = await placeOf(scene);
    await keeper.ensure(() => place);
    keeper.advance(FAR);
    await keeper.reset({ exists: false });
    assertEquals([keeper.exists, keeper.isRunning], [false, false]);
    assertEquals(await Array.fromAsync(store.list("")), []);
    await keeper.ensure(() => place);
    await keeper.cancel();
    await keeper.cancel();
    assertFalse(keeper.isRunning);
  });
});

Deno.test("SnapshotKeeper.renew() makes another one when it is due, and one that fails makes the generation no less safe", async () => {
  await withWriterScene(async (scene) => {
    const { store, keeper, changed } = keeperOf(scene);
    const place = await placeOf(scene);
    await keeper.reset({ exists: false });
    await keeper.renew(() => place);
    assertFalse(keeper.isRunning, "the first one is not its task");
    await keeper.ensure(() => place);
    keeper.advance(FAR);
    await changed();
    assertFalse(keeper.isIgnorant);
    const next = { ...place, index: 1 };
    await keeper.renew(() => next);
    assertFalse(keeper.isRunning, "nothing was written");
    assert(keeper.count({ index: 1, offset: 1e8 }));
    store.isRefusing = true;
    await keeper.renew(() => next);
    assert(keeper.isRunning && keeper.exists && keeper.missingBytes === 0);
    keeper.advance(FAR);
    await changed();
    assertEquals([keeper.exists, keeper.isRunning], [true, false]);
    await keeper.ensure(() => next); // throws nothing: it is told, and stops nothing else
    assertEquals(scene.events.at(-1)?.type, "snapshot-failed");
    store.isRefusing = false;
    await keeper.renew(() => next);
    assertFalse(keeper.isRunning, "not at once");
  }, { snapshotWalRatio: 2 });
});

Deno.test("SnapshotKeeper.renew() gives up for a WAL that grows too long meanwhile", async () => {
  await withWriterScene(async (scene) => {
    const { keeper } = keeperOf(scene);
    const place = { ...await placeOf(scene), index: 1 };
    await keeper.reset({ exists: true });
    assert(keeper.isIgnorant);
    const key = `generations/${generation}/snapshots/00000000.snapshot.lz4`;
    const [listing] = groupByGeneration([{ key, size: 10, modifiedAtMs: 0 }]);
    if (listing !== undefined) keeper.learn(listing);
    await keeper.ensure(() => place);
    keeper.count({ index: 1, offset: 1e8 });
    await keeper.renew(() => place);
    assert(keeper.isRunning);
    const cursor = new Proxy(place.cursor, {
      get: (target, name) => name === "offset" ? 2e9 : Reflect.get(target, name, target),
    });
    await keeper.renew(() => ({ ...place, cursor }));
    assertEquals([keeper.exists, keeper.isRunning], [true, false]);
    assertEquals(scene.events.at(-1)?.type, "snapshot-failed");
  }, { snapshotIntervalMs: 1 });
});
