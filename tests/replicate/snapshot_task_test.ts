import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { FileStore } from "../../replicate/file_store.ts";
import { parseGeneration } from "../../replicate/generation.ts";
import { formatSnapshotKey } from "../../replicate/object_key.ts";
import { readSegment } from "../../replicate/replica.ts";
import { SnapshotTask } from "../../replicate/snapshot_task.ts";
import type { SyncPlace } from "../../replicate/sync.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { readPages } from "../support/page_compare.ts";
import { folderStore, openApplication } from "../support/replicator_fixture.ts";
import { withWriterScene, type WriterScene } from "../support/writer_context.ts";

const generation = parseGeneration("00112233445566aa") ?? (() => {
  throw new Error("That is a generation");
})();

/** A folder that counts the snapshots that are begun. */
class CountingStore extends FileStore {
  begun = 0;

  override async putStream(...args: Parameters<FileStore["putStream"]>): Promise<void> {
    this.begun++;
    await super.putStream(...args);
  }
}

async function placeOf({ context }: WriterScene): Promise<SyncPlace> {
  const header = await context.walFile.readHeader();
  if (header === null) throw new Error("There is no WAL");
  return { generation, index: 4, cursor: new WalCursor(context.walFile, header, { runBytesMax: 65_536 }) };
}

Deno.test("SnapshotTask shows the instant of its beginning, and is uploaded once the replica has come that far", async () => {
  await withWriterScene(async (scene) => {
    const { application, context, path } = scene;
    application.exec("INSERT INTO note (body) VALUES (randomblob(300000))");
    const store = new CountingStore({ folder: `${scene.folder}/replica`, clock: systemClock, random: Math.random });
    const place = await placeOf(scene);
    const done = Promise.withResolvers<void>();
    const listener = { onWritten: () => done.resolve(), onFailed: (error: unknown) => done.reject(error) };
    const task = await SnapshotTask.begin(context, store, () => place, listener);
    const before = readPages(path);
    const offset = (await Deno.stat(`${path}-wal`)).size;
    application.exec("UPDATE note SET body = 'changed'");
    assertEquals(task?.position, { generation, index: 4, offset });

    task?.advance({ generation, index: 3, offset: 1e6 });
    task?.advance({ generation, index: 4, offset: offset - 4120 });
    assertEquals(store.begun, 0, "too early");

    task?.advance({ generation, index: 4, offset });
    task?.advance({ generation, index: 5, offset: 0 });
    await done.promise;
    assertEquals(store.begun, 1);
    const bytes = await readSegment(store, formatSnapshotKey({ generation, index: 4 }));
    assert(bytes.toHex() === before.map((page) => page.toHex()).join(""));
    const [written] = scene.events.filter((event) => event.type === "snapshot-written");
    assertEquals(written?.position, `${generation}/00000004:${offset}`);
    assertEquals(written?.databaseBytes, bytes.byteLength);
  });
});

Deno.test("SnapshotTask.begin() returns null when somebody keeps the write lock, or when there is no place", async () => {
  await withWriterScene(async (scene) => {
    const store = folderStore(`${scene.folder}/replica`);
    const listener = { onWritten: () => undefined, onFailed: () => undefined };
    assertEquals(await SnapshotTask.begin(scene.context, store, () => null, listener), null);
    using other = openApplication(scene.path);
    other.exec("BEGIN IMMEDIATE");
    const place = await placeOf(scene);
    assertEquals(await SnapshotTask.begin(scene.context, store, () => place, listener), null);
    other.exec("ROLLBACK");
  });
});

Deno.test("SnapshotTask.cancel() ends the read transaction, before and during the upload, and leaves nothing", async () => {
  for (const isStarted of [false, true]) {
    await withWriterScene(async (scene) => {
      scene.application.exec("INSERT INTO note (body) VALUES (randomblob(5000000))");
      const store = folderStore(`${scene.folder}/replica`);
      const place = await placeOf(scene);
      const calls: string[] = [];
      const task = await SnapshotTask.begin(scene.context, store, () => place, {
        onWritten: () => calls.push("written"),
        onFailed: () => calls.push("failed"),
      });
      if (isStarted) task?.advance({ generation, index: 9, offset: 0 });
      await task?.cancel();
      assertEquals(calls, []);
      assertEquals(await Array.fromAsync(store.list("")), []);
      scene.context.database.releaseRead();
      const [row] = scene.application.all("PRAGMA wal_checkpoint(TRUNCATE)");
      assertEquals(row?.["busy"], 0, "no read transaction is left");
      assert(!scene.events.some(({ type }) => type === "snapshot-written"));
    });
  }
});
