/** What is copied before the barrier: never so much that the WAL could be restarted. */

import { assert, assertEquals } from "@std/assert";
import { copyAhead, type TailCapture } from "../../replicate/barrier.ts";
import { saltsEqual } from "../../replicate/wal/salt.ts";
import { expectType, headerOf, withScene } from "../support/barrier_scene.ts";
import { SqliteProcess } from "../support/sqlite_process.ts";

Deno.test("copyAhead() copies what is captured while others write, and the barrier copies the rest", async () => {
  await withScene(async ({ database, walFile, application, cursor, run }) => {
    let markEnd = 0;
    await copyAhead({
      database,
      captureTail: async () => {
        application.exec("INSERT INTO note (body) VALUES ('while it is captured')");
        while (await cursor.next() !== null);
        return { type: "captured", end: cursor.offset };
      },
      findEnd: async () => markEnd = await cursor.findEnd(),
    });
    const [row] = application.all("PRAGMA wal_checkpoint(PASSIVE)");
    assertEquals(32 + Number(row?.["checkpointed"]) * 4120, markEnd, "what was there before");
    assertEquals(Number(row?.["log"]), Number(row?.["checkpointed"]) + 1);
    assert(saltsEqual((await headerOf(walFile)).salt, cursor.header.salt));
    const outcome = expectType(await run(), "restarted");
    assertEquals(cursor.offset, 32 + outcome.walFrames * 4120);
  });
});

for (const mode of ["FULL", "RESTART"]) {
  Deno.test(`copyAhead() copies nothing while nothing follows, so that a foreign ${mode} leads to no restart unseen`, async () => {
    await withScene(async ({ database, walFile, application, cursor, path, run }) => {
      const captureTail = async (): Promise<TailCapture> => {
        while (await cursor.next() !== null);
        return { type: "captured", end: cursor.offset };
      };
      await copyAhead({ database, captureTail, findEnd: () => cursor.findEnd() });
      assertEquals(database.counters.take().checkpoints, 0);
      await using foreign = await SqliteProcess.open(path, 3_000);
      let checkpoint: Promise<unknown> = Promise.resolve();
      const outcome = await run(async () => {
        checkpoint = foreign.run(`PRAGMA wal_checkpoint(${mode});`); // has the checkpoint's lock, and waits for ours
        await new Promise((resolve) => setTimeout(resolve, 300));
        return await captureTail();
      });
      assertEquals(outcome.type, "busy");
      await checkpoint;
      application.exec("INSERT INTO note (body) VALUES ('next')");
      assert(saltsEqual((await headerOf(walFile)).salt, cursor.header.salt), "nobody has restarted the WAL");
      await foreign.close();
    });
  });
}

Deno.test("copyAhead() copies nothing when not all could be captured", async () => {
  await withScene(async ({ database }) => {
    for (const type of ["behind", "unwanted"] as const) {
      const captureTail = (): Promise<TailCapture> => Promise.resolve({ type });
      await copyAhead({ database, captureTail, findEnd: () => Promise.resolve(0) });
    }
    assertEquals(database.counters.take().checkpoints, 0);
  });
});
