import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { FileStore, type FileStoreOptions } from "../../replicate/file_store.ts";
import { parseGeneration } from "../../replicate/generation.ts";
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
