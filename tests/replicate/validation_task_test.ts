import { assert, assertEquals, assertFalse } from "@std/assert";
import type { SyncPlace } from "../../replicate/sync.ts";
import { ValidationTask } from "../../replicate/validation_task.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { GENERATION } from "../support/replica_builder.ts";
import { folderStore, openApplication } from "../support/replicator_fixture.ts";
import { withWriterScene, type WriterScene } from "../support/writer_context.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;

/** A validation of an empty replica on a clock of its own. */
async function withTask(
  body: (parts: {
    scene: WriterScene;
    task: ValidationTask;
    clock: FakeClock;
    place: SyncPlace;
    ended: Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await withWriterScene(async (scene) => {
    const header = await scene.context.walFile.readHeader();
    if (header === null) throw new Error("There is a WAL");
    const cursor = new WalCursor(scene.context.walFile, header, { runBytesMax: 65_536 });
    const clock = new FakeClock();
    // Database and disk are real, so only what is counted in hours stands still.
    const context = {
      ...scene.context,
      clock: { ...scene.context.clock, now: () => clock.now(), monotonic: () => clock.monotonic() },
    };
    const ended = Promise.withResolvers<void>();
    const task = new ValidationTask(context, folderStore(`${scene.folder}/replica`), () => ended.resolve());
    await body({ scene, task, clock, place: { generation: GENERATION, index: 0, cursor }, ended: ended.promise });
  }, { validationIntervalMs: DAY_MS });
}

Deno.test("ValidationTask begins once it is time and the application has written, an hour after the start at the latest", async () => {
  await withTask(async ({ task, clock, place }) => {
    task.noteWrite();
    await clock.advance(HOUR_MS - 1);
    await task.beginIfDue(() => place);
    assertFalse(task.isRunning, "not yet");
    await clock.advance(1);
    await task.beginIfDue(() => place);
    assert(task.isRunning);
    await task.cancel();
  });
  await withTask(async ({ task, clock, place }) => {
    await clock.advance(DAY_MS);
    await task.beginIfDue(() => place);
    assertFalse(task.isRunning, "nothing was written");
  });
});

Deno.test("ValidationTask waits for the replica, and tells what it finds in status and event", async () => {
  await withTask(async ({ scene, task, clock, place, ended }) => {
    task.noteWrite();
    await clock.advance(HOUR_MS);
    await task.beginIfDue(() => place);
    task.advance({ generation: GENERATION, index: 0, offset: 32 });
    assertEquals(scene.events, []);
    task.advance({ generation: GENERATION, index: 1, offset: 0 });
    task.advance({ generation: GENERATION, index: 1, offset: 0 });
    await ended;
    assertEquals([task.isRunning, task.last?.ok, task.last?.atMs], [false, false, clock.now()]);
    assert(task.last?.message?.includes("nothing to restore"), task.last?.message ?? "");
    assertEquals(scene.events.map(({ type }) => type), ["validation-failed"]);
    await task.beginIfDue(() => place);
    assertFalse(task.isRunning, "nothing was written since");
  });
});

Deno.test("ValidationTask finds nothing out when the write lock is not to be had, and tries again soon", async () => {
  await withTask(async ({ scene, task, clock, place }) => {
    task.noteWrite();
    await clock.advance(HOUR_MS);
    using other = openApplication(scene.path);
    other.exec("BEGIN IMMEDIATE");
    await task.beginIfDue(() => null);
    assertEquals([task.isRunning, task.last], [false, null]);
    assertEquals(scene.events.map(({ type }) => type), ["validation-skipped"]);
    other.exec("ROLLBACK");
    await clock.advance(HOUR_MS / 6);
    await task.beginIfDue(() => place);
    assert(task.isRunning);
    await task.cancel();
  });
});

Deno.test("ValidationTask.cancel() ends the read transaction, and the next one makes up for it", async () => {
  await withTask(async ({ scene, task, clock, place }) => {
    task.noteWrite();
    await clock.advance(HOUR_MS);
    for (const isStarted of [false, true]) {
      await task.beginIfDue(() => place);
      assert(task.isRunning);
      if (isStarted) task.advance({ generation: GENERATION, index: 1, offset: 0 });
      await task.cancel();
      assertEquals([task.isRunning, task.last], [false, null]);
    }
    scene.context.database.releaseRead();
    const [row] = scene.application.all("PRAGMA wal_checkpoint(TRUNCATE)");
    assertEquals(row?.["busy"], 0, "no read transaction is left");
    assertEquals(scene.events, []);
  });
});
