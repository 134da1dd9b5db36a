/**
 * Writers at full speed beside the engine, which restarts the WAL as often as it can: no frame may be lost.
 */

import { assert, assertEquals } from "@std/assert";
import { Engine, type EngineOptions, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { openSqlite } from "../support/sqlite.ts";
import { Writer, type WriterOptions } from "../support/writer.ts";

/** Restarts the WAL about eighty times a second. */
const RESTLESS = { minCheckpointPageCount: 12, checkpointIntervalMs: 1_000 };

interface Stress {
  readonly restarts: number;
  readonly writers: number;
  readonly writer?: Partial<WriterOptions>;
  readonly settings?: EngineOptions["settings"];
}

/** Lets writers and engine run until the WAL was restarted often enough, then compares live database and replica. */
async function stress(folder: string, { restarts, writers, writer, settings }: Stress): Promise<Engine> {
  const path = `${folder}/app.db`;
  const store = folderStore(`${folder}/replica`);
  await using engine = await Engine.start({ path, stores: [store], settings: { ...RESTLESS, ...settings } });
  const onCommitted = (): void => engine.noticeCommit();
  await using stack = new AsyncDisposableStack();
  const running: Writer[] = [];
  for (let i = 0; i < writers; i++) {
    running.push(stack.use(await Writer.start({ path, seed: i + 1, onCommitted, ...writer })));
  }
  await engine.happened("wal-restarted", restarts);
  const commits = await Promise.all(running.map((one) => one.stop()));
  assert(commits.every((count) => count > 0), "every writer commits");
  engine.noticeCommit();
  assertEquals(await engine.stop(), "synced");
  assertEquals(engine.eventsOf("generation-started").map(({ reason }) => reason), ["first generation"]);
  assertEquals(engine.eventsOf("sync-failed"), []);
  {
    using sqlite = openSqlite(path);
    assertEquals(sqlite.value("PRAGMA integrity_check"), "ok");
  }
  await assertRestoresEqual(store, path);
  return engine;
}

Deno.test("no frame is lost in 2,000 restarts of the WAL under three writers at full speed", async () => {
  await withFolder(async (folder) => {
    await stress(folder, { restarts: 2_000, writers: 3 });
  });
});

Deno.test("no frame is lost when the writers' connections checkpoint by themselves", async () => {
  await withFolder(async (folder) => {
    await stress(folder, { restarts: 300, writers: 3, writer: { walAutocheckpoint: 1_000 } });
  });
});

Deno.test("no frame is lost when the writers' connections checkpoint more eagerly than the engine", async () => {
  await withFolder(async (folder) => {
    await stress(folder, { restarts: 100, writers: 3, writer: { walAutocheckpoint: 4 } });
  });
});
