/** The file that a start puts in its place; who asks for it is tested by prepare_test.ts and succession_test.ts. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { newGeneration } from "../../replicate/generation.ts";
import { modifiedAtMs, moveAside, removeDatabase, RestoredDatabase } from "../../replicate/restored_database.ts";
import { StateFile } from "../../replicate/state_file.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { copyFixture, inspectDatabase, readFixtureMeta } from "../support/litestream_fixture.ts";
import { folderStore, withFolder } from "../support/replicator_fixture.ts";

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("RestoredDatabase.restore() replaces what it has restored, once nobody reads it any more", async () => {
  await using replica = await copyFixture("p4096");
  await withFolder(async (folder) => {
    const databasePath = `${folder}/app.db`;
    const events: ReplicateEvent[] = [];
    const calls: string[] = [];
    const state = await StateFile.open(databasePath);
    const database = new RestoredDatabase(replica.store, {
      databasePath,
      state,
      readers: { open: () => void calls.push("open"), close: () => Promise.resolve(void calls.push("close")) },
      clock: systemClock,
      random: () => 0.5,
      emit: (event) => void events.push(event),
      signal: new AbortController().signal,
    });
    assert(!(database.exists));
    const position = await database.restore();
    assertEquals([database.exists, calls], [true, []]);
    await Deno.writeTextFile(`${databasePath}-shm`, "left by a reader");
    assertEquals(await database.restore(), position);
    assertEquals(calls, ["close"]);
    assertEquals(await namesIn(folder), [".app.db-litestream", "app.db"]);
    const meta = await readFixtureMeta("p4096");
    assertEquals(inspectDatabase(databasePath).rows_sha256, meta.rows_sha256);
    assertEquals(events.filter(({ type }) => type === "restored").length, 2);
    assertEquals(state.get(replica.store.url)?.generation, position?.generation);
    assert(state.get(replica.store.url)?.isCopy, "until it is written to");
    const generation = newGeneration();
    await database.rememberGeneration(generation);
    const remembered = (await StateFile.open(databasePath)).get(replica.store.url);
    assertEquals([remembered?.generation, remembered?.parent], [generation, position?.generation]);
  });
});

Deno.test("RestoredDatabase.restore() makes nothing when there is nothing to restore", async () => {
  await withFolder(async (folder) => {
    const database = new RestoredDatabase(folderStore(`${folder}/replica`), {
      databasePath: `${folder}/app.db`,
      state: await StateFile.open(`${folder}/app.db`),
      readers: { open: () => undefined, close: () => Promise.resolve() },
      clock: systemClock,
      random: () => 0.5,
      emit: () => undefined,
      signal: new AbortController().signal,
    });
    assertEquals([await database.restore(), database.exists], [null, false]);
    await database.rememberGeneration(newGeneration());
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("moveAside() and removeDatabase() take the WAL and the wal-index along", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    for (const suffix of ["", "-wal", "-shm"]) await Deno.writeTextFile(path + suffix, suffix);
    const movedTo = await moveAside(path, new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 5)));
    assertEquals(movedTo, `${path}.stale-20260102T030405Z`);
    assertEquals(await namesIn(folder), ["", "-shm", "-wal"].map((suffix) => `app.db.stale-20260102T030405Z${suffix}`));
    await removeDatabase(movedTo);
    await removeDatabase(movedTo);
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("modifiedAtMs() tells when a file was last written", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "");
    await Deno.utime(path, 1_000_000, 1_000_000);
    assertEquals(await modifiedAtMs(path), 1_000_000_000);
    await assertRejects(() => modifiedAtMs(`${folder}/none`), Deno.errors.NotFound);
  });
});
