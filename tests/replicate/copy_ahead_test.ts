/** What is copied before the barrier; and that nobody can restart the WAL, whatever others copy before and within it. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { copyAhead } from "../../replicate/barrier.ts";
import { saltsEqual } from "../../replicate/wal/salt.ts";
import { expectType, headerOf, type Scene, withScene } from "../support/barrier_scene.ts";
import { SqliteProcess } from "../support/sqlite_process.ts";

/** Long enough for another process to begin a checkpoint, in milliseconds. */
const BEGUN_MS = 300;

/** Whether a commit would go to a WAL that is not captured. */
async function isRestartedByNextCommit({ application, walFile, cursor }: Scene): Promise<boolean> {
  application.exec("INSERT INTO note (body) VALUES ('next')");
  return !saltsEqual((await headerOf(walFile)).salt, cursor.header.salt);
}

Deno.test("copyAhead() copies what is captured while others write, and the barrier copies the rest", async () => {
  await withScene(async ({ database, walFile, application, cursor, captureAll, run }) => {
    let ahead = 0;
    await copyAhead({
      database,
      captureTail: async () => {
        const tail = await captureAll();
        ahead = cursor.offset;
        application.exec("INSERT INTO note (body) VALUES ('while it is captured')");
        return tail;
      },
    });
    const [row] = application.all("PRAGMA wal_checkpoint(PASSIVE)");
    assertEquals(32 + Number(row?.["checkpointed"]) * 4120, ahead, "no frame more than was captured");
    assertEquals(Number(row?.["log"]), Number(row?.["checkpointed"]) + 1);
    assert(saltsEqual((await headerOf(walFile)).salt, cursor.header.salt));
    const outcome = expectType(await run(), "restarted");
    assertEquals(cursor.offset, 32 + outcome.walFrames * 4120);
  });
});

Deno.test("copyAhead() copies nothing when not all could be captured", async () => {
  await withScene(async ({ database }) => {
    for (const type of ["behind", "unwanted"] as const) {
      await copyAhead({ database, captureTail: () => Promise.resolve({ type }) });
    }
    assertEquals(database.counters.take().checkpoints, 0);
  });
});

for (const mode of ["PASSIVE", "FULL", "RESTART"]) {
  Deno.test(`barriers that others' checkpoints interrupt leave a WAL that nobody can restart (${mode})`, async () => {
    for (const isCopiedAhead of [true, false]) {
      await withScene(async (scene) => {
        const { database, path, captureAll, run } = scene;
        await using foreign = await SqliteProcess.open(path, 800);
        await captureAll();
        if (isCopiedAhead) await copyAhead({ database, captureTail: captureAll });
        for (let barriers = 0; barriers < 2; barriers++) {
          if (mode !== "RESTART") await foreign.run(`PRAGMA wal_checkpoint(${mode});`);
          let checkpoint: Promise<unknown> = Promise.resolve();
          const outcome = await run(async () => {
            checkpoint = foreign.run("PRAGMA wal_checkpoint(RESTART);"); // has the checkpoint's lock, and waits for ours
            await new Promise((resolve) => setTimeout(resolve, BEGUN_MS));
            return await captureAll();
          });
          assertEquals(outcome.type, "busy");
          await checkpoint;
        }
        assertFalse(await isRestartedByNextCommit(scene));
        await foreign.close();
      });
    }
  });
}

Deno.test("a barrier that another's checkpoint overtakes at the worst instant leaves a WAL that nobody can restart", async () => {
  await withScene(async (scene) => {
    const { database, path, application, cursor, run } = scene;
    const overtaking = overtakeAfterHoldRead(scene, path);
    assertEquals((await run()).type, "busy");
    await overtaking();
    assertFalse(await isRestartedByNextCommit(scene));
    assertEquals(application.value("SELECT seq FROM _litestream_seq"), 1, "our own commit");
    const outcome = expectType(await run(), "restarted");
    assertEquals(cursor.offset, 32 + outcome.walFrames * 4120);
    assertEquals(database.counters.take().checkpointErrors, 1);
  });
});

Deno.test("a barrier needs no second look at a WAL that others have copied, and restarts it", async () => {
  await withScene(async ({ database, application, run }) => {
    database.holdRead();
    application.all("PRAGMA wal_checkpoint(PASSIVE)");
    expectType(await run(), "restarted");
    assertEquals(database.counters.take().checkpoints, 1);
  });
});

/** Has another process begin a checkpoint right after the long read transaction has begun anew; returns how to wait for its end. */
function overtakeAfterHoldRead({ database }: Scene, path: string): () => Promise<void> {
  const holdRead = database.holdRead.bind(database);
  let ended: Promise<unknown> = Promise.resolve();
  database.holdRead = () => {
    database.holdRead = holdRead;
    holdRead();
    const args = [path, "PRAGMA busy_timeout = 800; PRAGMA wal_checkpoint(RESTART);"];
    ended = new Deno.Command("sqlite3", { args, stdout: "null" }).spawn().status;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BEGUN_MS); // nothing else runs in this thread
  };
  return async () => void await ended;
}
