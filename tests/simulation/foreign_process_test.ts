/**
 * Another process, with a SQLite of its own, does to the database what processes do: it checkpoints in every mode, keeps long
 * read transactions, writes, and switches the journal mode.
 */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { GenerationReason } from "../../replicate/events.ts";
import { copyDisk } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { withRandom } from "../support/random.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { openSqlite } from "../support/sqlite.ts";
import { SqliteProcess } from "../support/sqlite_process.ts";
import { effort } from "../support/torture.ts";
import { Writer } from "../support/writer.ts";

const MODES = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"] as const;

const RESTLESS = { minCheckpointPageCount: 12, checkpointIntervalMs: 1_000 };

/** Writers and a foreign checkpointer beside the engine, then what must hold; gives why generations began. */
async function checkpointBeside(mode: () => (typeof MODES)[number], rounds: number): Promise<GenerationReason[]> {
  const reasons: GenerationReason[] = [];
  await withRandom((random) =>
    withFolder(async (folder) => {
      const path = `${folder}/app.db`;
      const store = folderStore(`${folder}/replica`);
      await using engine = await Engine.start({ path, stores: [store], settings: RESTLESS });
      const onCommitted = (): void => engine.noticeCommit();
      await using first = await Writer.start({ path, seed: random.integer(1, 1e6), onCommitted });
      await using second = await Writer.start({ path, seed: random.integer(1, 1e6), onCommitted });
      await engine.happened("snapshot-written");
      await using foreign = await SqliteProcess.open(path, 20);
      for (let round = 0; round < rounds; round++) {
        const answer = await foreign.run(`PRAGMA wal_checkpoint(${mode()});`);
        assertMatch(answer.join(), /^[01]\|-?\d+\|-?\d+$/);
        const notice = engine.lastNotice + random.integer(1, 3); // a process that did nothing else would lock all others out
        await engine.until(() => engine.lastNotice >= notice);
      }
      await foreign.close();
      const commits = await Promise.all([first.stop(), second.stop()]);
      assert(commits.every((count) => count > 0));
      engine.noticeCommit();
      assertEquals(await engine.stop(), "synced");
      assert(engine.eventsOf("wal-restarted").length > 0);
      await assertRestoresEqual(store, path);
      reasons.push(...engine.eventsOf("generation-started").map(({ reason }) => reason));
    })
  );
  return reasons;
}

Deno.test("hazard 1: no frame is lost, and no generation, when another process checkpoints under writers at full speed", async () => {
  for (const mode of ["PASSIVE", "FULL"] as const) {
    assertEquals(await checkpointBeside(() => mode, effort({ short: 20, long: 2_000 })), ["first generation"], mode);
  }
});

Deno.test("hazard 1: no generation is lost when another process copies all there is between two commits", async () => {
  await withRandom((random) =>
    withFolder(async (folder) => {
      const path = `${folder}/app.db`;
      const store = folderStore(`${folder}/replica`);
      await using engine = await Engine.start({ path, stores: [store], settings: { ...RESTLESS, syncIntervalMs: 0 } });
      await engine.commit("CREATE TABLE note (id INTEGER PRIMARY KEY, body)");
      await engine.happened("snapshot-written");
      await using foreign = await SqliteProcess.open(path, 20);
      const rounds = effort({ short: 200, long: 5_000 });
      for (let round = 0; round < rounds; round++) {
        for (let commits = random.integer(1, 20); commits > 0; commits--) {
          await engine.commit(`INSERT INTO note (body) VALUES ('${random.integer(0, 1e9)}')`);
        }
        if (random.integer(0, 1) === 0) await engine.synced();
        await foreign.run(`PRAGMA wal_checkpoint(${random.pick(["PASSIVE", "FULL"])});`);
      }
      await foreign.close();
      assertEquals(await engine.stop(), "synced");
      assert(engine.eventsOf("wal-restarted").length > rounds / 20);
      assertEquals(engine.eventsOf("generation-started").map(({ reason }) => reason), ["first generation"]);
      await assertRestoresEqual(store, path);
    })
  );
});

Deno.test("hazard 2: another process that restarts or truncates the WAL costs at most a generation, which is told, and never a frame", async () => {
  for (const mode of ["RESTART", "TRUNCATE"] as const) {
    const [first, ...others] = await checkpointBeside(() => mode, effort({ short: 20, long: 2_000 }));
    assertEquals(first, "first generation");
    assertEquals(others.filter((reason) => reason !== "wal restarted by another process"), [], mode);
  }
});

Deno.test("hazard 24: another process' long readers pin the WAL, and cost neither a frame nor the replica's progress", async () => {
  await withRandom((random) =>
    withFolder(async (folder) => {
      const path = `${folder}/app.db`;
      const store = folderStore(`${folder}/replica`);
      await using engine = await Engine.start({ path, stores: [store], settings: RESTLESS });
      await using writer = await Writer.start({ path, seed: random.seed, onCommitted: () => engine.noticeCommit() });
      await using foreign = await SqliteProcess.open(path, 20);
      for (let round = 0; round < effort({ short: 3, long: 50 }); round++) {
        await foreign.run("BEGIN; SELECT count(*) FROM entry;");
        const notice = engine.lastNotice + 5;
        await engine.until(() => (engine.status?.syncedNotice ?? 0) >= notice);
        await foreign.run("COMMIT;");
        await engine.happened("wal-restarted", engine.eventsOf("wal-restarted").length + 3);
        await foreign.run(`PRAGMA wal_checkpoint(${random.pick(MODES)});`);
      }
      await foreign.close();
      await writer.stop();
      engine.noticeCommit();
      assertEquals(await engine.stop(), "synced");
      assertEquals(engine.eventsOf("generation-started").length, 1);
      await assertRestoresEqual(store, path);
    })
  );
});

Deno.test("hazard 10: what another process writes is found without being told, and replicated", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path, stores: [store], settings: RESTLESS });
    await engine.fill(1);
    await engine.synced();
    await using foreign = await SqliteProcess.open(path, 5_000);
    for (let i = 0; i < 20; i++) {
      const before = engine.status?.position;
      assertEquals(await foreign.run("INSERT INTO note (body) VALUES (randomblob(6000));"), []);
      await engine.until(() => engine.status?.position !== before && engine.status?.lagBytes === 0);
    }
    await foreign.close();
    assertEquals(await engine.stop(), "synced");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("another process cannot switch the journal mode while the engine runs", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path, stores: [store] });
    await engine.fill(3);
    await engine.synced();
    await using foreign = await SqliteProcess.open(path, 50);
    const [answer] = await foreign.run("PRAGMA journal_mode = DELETE;");
    assertMatch(answer ?? "", /locked|wal/);
    assertEquals(engine.application.value("PRAGMA journal_mode"), "wal");
    await foreign.close();
    await engine.fill(1);
    await engine.synced();
    assertEquals(await engine.stop(), "synced");
    assertEquals(engine.eventsOf("generation-started").length, 1);
    await assertRestoresEqual(store, path);
  });
});

Deno.test("a journal mode that was switched away while the engine was down is told by a new generation, and nothing is lost", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    let path = `${folder}/app.db`;
    {
      await using engine = await Engine.start({ path, stores: [store] });
      await engine.fill(3);
      await engine.synced();
      await engine.stop();
      path = copyDisk(path, `${folder}/next`); // here the library may still have it open
    }
    {
      await using foreign = await SqliteProcess.open(path, 1_000);
      assertEquals(await foreign.run("PRAGMA journal_mode = DELETE;"), ["delete"]);
      await foreign.run("INSERT INTO note (body) VALUES ('written without a WAL');");
      await foreign.close();
    }
    await using engine = await Engine.start({ path, stores: [store] });
    await engine.happened("snapshot-written");
    const [begun] = engine.eventsOf("generation-started");
    assertNotEquals(begun?.reason, "first generation");
    await engine.fill(1);
    await engine.synced();
    assertEquals(await engine.stop(), "synced");
    using sqlite = openSqlite(path);
    assertEquals(sqlite.value("PRAGMA journal_mode"), "wal");
    assertEquals(sqlite.value("SELECT count(*) FROM note WHERE body = 'written without a WAL'"), 1);
    await assertRestoresEqual(store, path);
  });
});
