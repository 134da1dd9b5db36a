/** Every outcome of the barrier on a real database; whatever it is, nobody can restart the WAL afterwards. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { runBarrier } from "../../replicate/barrier.ts";
import { systemClock } from "../../replicate/clock.ts";
import type { Database } from "../../replicate/database.ts";
import { captureTails, confirmFrames, type TailCaptor } from "../../replicate/tail.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { decodeFrameHeader, encodeFrame } from "../../replicate/wal/frame.ts";
import { saltFollows, saltsEqual } from "../../replicate/wal/salt.ts";
import { firstFramePoint, scanFrames } from "../../replicate/wal/scan.ts";
import { expectType, headerOf, type Scene, withScene } from "../support/barrier_scene.ts";
import { openApplication } from "../support/replicator_fixture.ts";

Deno.test("runBarrier() has SQLite restart the WAL when everything is captured", async () => {
  await withScene(async ({ walFile, application, cursor, run }) => {
    const outcome = expectType(await run(), "restarted");
    assert(saltFollows(cursor.header.salt, outcome.header.salt));
    assertEquals(outcome.header.salt, (await headerOf(walFile)).salt);
    assertEquals(cursor.offset, 32 + outcome.walFrames * 4120);
    const next = new WalCursor(walFile, outcome.header, { runBytesMax: 65_536 });
    assertEquals((await next.next())?.bytes.byteLength, 32 + 4120, "our own commit");
    assertEquals(application.value("SELECT seq FROM _litestream_seq"), 1);
  });
});

Deno.test("runBarrier() restarts again and again, one salt after the other", async () => {
  await withScene(async ({ application, run }) => {
    const salts: number[] = [];
    for (let i = 0; i < 5; i++) {
      application.exec("INSERT INTO note (body) VALUES ('x')");
      const outcome = expectType(await run(() => Promise.resolve({ type: "unwanted" })), "restarted");
      salts.push(outcome.header.salt.salt1);
    }
    assertEquals(salts.map((salt) => (salt - (salts[0] ?? 0)) >>> 0), [0, 1, 2, 3, 4]);
  });
});

Deno.test("runBarrier() bumps nothing when somebody's read transaction pins the WAL", async () => {
  await withScene(async ({ walFile, application, cursor, path, run }) => {
    using reader = openApplication(path);
    reader.exec("BEGIN");
    reader.all("SELECT count(*) FROM note");
    application.exec("INSERT INTO note (body) VALUES ('beyond what the reader sees')");
    const sizeBytes = await walFile.sizeBytes();
    const outcome = expectType(await run(), "pinned");
    assert(outcome.checkpointedFrames < outcome.walFrames);
    assertEquals(await walFile.sizeBytes(), sizeBytes, "no bump");
    assert(saltsEqual((await headerOf(walFile)).salt, cursor.header.salt));
    application.exec("INSERT INTO note (body) VALUES ('the WAL goes on')");
    assert(await cursor.next() !== null);
    reader.exec("ROLLBACK");
    assertEquals((await run()).type, "restarted");
  });
});

Deno.test("runBarrier() does nothing when the write lock is not to be had", async () => {
  await withScene(async ({ application, cursor, path, run }) => {
    using other = openApplication(path);
    other.exec("BEGIN IMMEDIATE");
    assertEquals(await run(() => Promise.reject(new Error("nothing is captured"))), { type: "busy" });
    other.exec("ROLLBACK");
    assertEquals(cursor.offset, 0);
    assertEquals(application.value("SELECT count(*) FROM _litestream_seq"), 0);
  });
});

Deno.test("runBarrier() checkpoints nothing when there is more than memory may hold", async () => {
  await withScene(async ({ application, run }) => {
    assertEquals(await run(() => Promise.resolve({ type: "behind" })), { type: "behind" });
    assertEquals(application.value("SELECT count(*) FROM _litestream_seq"), 0);
    const [row] = application.all("PRAGMA wal_checkpoint(PASSIVE)");
    assert(Number(row?.["checkpointed"]) < Number(row?.["log"]), "the long read transaction is where it was");
  });
});

Deno.test("runBarrier() tells how many frames SQLite has, before it restarts the WAL", async () => {
  await withScene(async ({ cursor, run, confirmed }) => {
    const { walFrames } = expectType(await run(), "restarted");
    assertEquals([confirmed, 32 + walFrames * 4120], [[walFrames], cursor.offset]);
  });
});

Deno.test("runBarrier() gives the write lock back when the capture fails", async () => {
  await withScene(async ({ application, run }) => {
    await assertRejects(() => run(() => Promise.reject(new Error("no memory"))), Error, "no memory");
    application.exec("INSERT INTO note (body) VALUES ('goes on')");
  });
});

/** Has something happen in the instant in which the write lock is given back, before our own commit. */
function onUnlock(database: Database, happen: () => void): void {
  const unlock = database.unlockWrites.bind(database);
  database.unlockWrites = () => {
    database.unlockWrites = unlock;
    unlock();
    happen();
  };
}

Deno.test("runBarrier() is as good when somebody else's commit restarts the WAL", async () => {
  await withScene(async ({ database, walFile, application, cursor, run }) => {
    onUnlock(database, () => application.exec("INSERT INTO note (body) VALUES ('slipped in')"));
    const outcome = expectType(await run(), "restarted");
    assert(saltFollows(cursor.header.salt, outcome.header.salt));
    const next = new WalCursor(walFile, outcome.header, { runBytesMax: 65_536 });
    assertEquals((await next.next())?.bytes.byteLength, 32 + 2 * 4120, "theirs, then ours");
  });
});

Deno.test("runBarrier() holds the read transaction again when our own commit is never let in", async () => {
  await withScene(async ({ database, walFile, cursor, path, run }) => {
    using other = openApplication(path);
    onUnlock(database, () => other.exec("BEGIN IMMEDIATE"));
    expectType(await run(), "pinned");
    other.exec("ROLLBACK");
    assert(saltsEqual((await headerOf(walFile)).salt, cursor.header.salt));
  });
});

Deno.test("runBarrier() lets nobody write while it captures", async () => {
  await withScene(async ({ application, captureAll, run }) => {
    const outcome = await run(async () => {
      await assertRejects(
        async () => await application.exec("INSERT INTO note (body) VALUES ('slips in')"),
        Error,
        "locked",
      );
      return await captureAll();
    });
    assertEquals(outcome.type, "restarted");
  });
});

/** Writes frames that look committed and never were, as a process does that dies before it tells SQLite's index of them. */
async function writeGhost({ walFile, cursor, path }: Scene, frames: number): Promise<void> {
  const { header, offset } = cursor;
  let { checksum } = scanFrames(header, await walFile.read(32, offset - 32), firstFramePoint(header)).stop;
  using file = await Deno.open(`${path}-wal`, { write: true });
  await file.seek(offset, Deno.SeekMode.Start);
  for (let left = frames; left > 0; left--) {
    const page = { pageNumber: 2, commitPageCount: left === 1 ? 9 : 0, page: new Uint8Array(4096) };
    const bytes = encodeFrame(header, checksum, page);
    ({ checksum } = decodeFrameHeader(bytes));
    await file.write(bytes);
  }
}

Deno.test("runBarrier() goes on without a replica that captured what was never committed, though another captured all there is", async () => {
  for (const isGhostFirst of [true, false]) {
    await withScene(async (scene) => {
      const { database, walFile, application, cursor, captureAll } = scene;
      await captureAll();
      await writeGhost(scene, 3);
      await captureAll();
      application.exec("UPDATE note SET body = 'writes over it' WHERE id = 1");
      const right = captorOf(new WalCursor(walFile, cursor.header, { runBytesMax: 65_536 }));
      const wrong = captorOf(cursor);
      const captors = isGhostFirst ? [wrong, right] : [right, wrong];
      const outcome = await runBarrier({
        database,
        walFile,
        clock: systemClock,
        captureTail: () => captureTails(captors),
        confirmFrames: (walFrames) => confirmFrames(captors, walFrames),
      });
      expectType(outcome, "restarted");
      assertEquals([wrong.reasons, right.reasons], [["wal overwritten by another process"], []]);
    });
  }
});

/** What a replica does in a barrier, with nothing but its cursor. */
function captorOf(cursor: WalCursor): TailCaptor & { readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  return {
    cursor,
    reasons,
    captureTail: async () => {
      while (await cursor.next() !== null);
      return true;
    },
    abandon: (reason) => Promise.resolve(void reasons.push(reason)),
  };
}
