/** What the writers share, without writers; with them it is tested by replicator_test.ts and the simulations. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { openApplication } from "../support/replicator_fixture.ts";
import { withWriterScene } from "../support/writer_context.ts";

Deno.test("LiveWal.underWriteLock() holds commits, then the lock, and releases both", async () => {
  await withWriterScene(async ({ application, liveWal, gateLog }) => {
    const result = await liveWal.underWriteLock(() => {
      assertEquals(gateLog, ["hold"]);
      let refused = "";
      try {
        application.exec("INSERT INTO note DEFAULT VALUES");
      } catch (error) {
        refused = String(error);
      }
      assert(refused.includes("locked"), "nobody can append");
      return Promise.resolve("done");
    });
    assertEquals(result, "done");
    assertEquals(gateLog, ["hold", "release"]);
    application.exec("INSERT INTO note DEFAULT VALUES");
  });
});

Deno.test("LiveWal.underWriteLock() releases both when the operation fails", async () => {
  await withWriterScene(async ({ application, liveWal, gateLog }) => {
    await assertRejects(() => liveWal.underWriteLock(() => Promise.reject(new Error("it failed"))), Error, "it failed");
    assertEquals(gateLog, ["hold", "release"]);
    application.exec("INSERT INTO note DEFAULT VALUES");
    assertEquals(await liveWal.underWriteLock(() => Promise.resolve("again")), "again");
  });
});

Deno.test("LiveWal.underWriteLock() returns null, and runs nothing, when somebody keeps the lock", async () => {
  await withWriterScene(async ({ path, liveWal, gateLog }) => {
    using other = openApplication(path);
    other.exec("BEGIN IMMEDIATE");
    assertEquals(await liveWal.underWriteLock(() => Promise.reject(new Error("it ran"))), null);
    assertEquals(gateLog, ["hold", "release"]);
    other.exec("ROLLBACK");
  });
});

Deno.test("LiveWal.restartFor() restarts a WAL that no replica needs", async () => {
  await withWriterScene(async ({ application, context, liveWal, events, gateLog }) => {
    application.exec("INSERT INTO note (body) VALUES (randomblob(20000))");
    const before = await context.walFile.readHeader();
    await liveWal.restartFor({ isAttached: false });
    const after = await context.walFile.readHeader();
    assertEquals(after?.salt.salt1, ((before?.salt.salt1 ?? 0) + 1) >>> 0);
    assertEquals(events.map(({ type }) => type), ["wal-restarted"]);
    assertEquals(gateLog, ["hold", "release"]);
  });
});

Deno.test("LiveWal.checkpointIfDue() and enforceBound() do nothing before a replica is attached, and below the bound", async () => {
  await withWriterScene(async ({ application, liveWal, events }) => {
    application.exec("INSERT INTO note (body) VALUES (randomblob(20000))");
    await liveWal.checkpointIfDue();
    await liveWal.checkpointIfLarge();
    await liveWal.enforceBound();
    assertEquals(events, []);
  }, { minCheckpointPageCount: 1 });
});
