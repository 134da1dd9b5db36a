/**
 * Writers at full speed beside the engine, which restarts the WAL as often as it can: no frame may be lost.
 *
 * `deno task torture` runs each of these for much longer.
 */

import { assert, assertEquals } from "@std/assert";
import { Engine, type EngineOptions, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { withRandom } from "../support/random.ts";
import { openSqlite } from "../support/sqlite.ts";
import { effort } from "../support/torture.ts";
import { Writer, type WriterOptions } from "../support/writer.ts";

/** Restarts the WAL about eighty times a second. */
const RESTLESS = { minCheckpointPageCount: 12, checkpointIntervalMs: 1_000 };

/** So many restarts are waited for at a time. */
const STEP = 100;

/** What one run is made of. */
interface Stress {
  /** How often the WAL is to be restarted at least. */
  readonly restarts: number;
  /** How many threads write. Default: 3. */
  readonly writers?: number;
  readonly writer?: Partial<WriterOptions>;
  readonly settings?: EngineOptions["settings"];
  /** Statements for the database before anything is in it: its page size, say. */
  readonly setup?: readonly string[];
}

/** Lets writers and engine run until the WAL was restarted often enough, then compares live database and replica. */
function stress({ restarts, writers = 3, writer, settings, setup = [] }: Stress): Promise<void> {
  return withRandom((random) =>
    withFolder(async (folder) => {
      const path = `${folder}/app.db`;
      const store = folderStore(`${folder}/replica`);
      {
        using sqlite = openSqlite(path);
        for (const sql of setup) sqlite.all(sql);
      }
      await using engine = await Engine.start({ path, stores: [store], settings: { ...RESTLESS, ...settings } });
      const onCommitted = (): void => engine.noticeCommit();
      await using stack = new AsyncDisposableStack();
      const running: Writer[] = [];
      for (let i = 0; i < writers; i++) {
        const seed = random.integer(1, 1_000_000);
        running.push(stack.use(await Writer.start({ path, seed, onCommitted, ...writer })));
      }
      // In steps, as each wait has a bound.
      for (let count = STEP; count < restarts + STEP; count += STEP) {
        await engine.happened("wal-restarted", Math.min(count, restarts));
      }
      const commits = await Promise.all(running.map((one) => one.stop()));
      assert(commits.every((count) => count > 0), "every writer commits");
      engine.noticeCommit();
      assertEquals(await engine.stop(), "synced");
      assertEquals(engine.eventsOf("generation-started").map(({ reason }) => reason), ["first generation"]);
      assertEquals(engine.eventsOf("sync-failed"), []);
      assertEquals(engine.eventsOf("checkpoint-failed"), []);
      {
        using sqlite = openSqlite(path);
        assertEquals(sqlite.value("PRAGMA integrity_check"), "ok");
      }
      await assertRestoresEqual(store, path);
    })
  );
}

/** How often the WAL is restarted, in a short run and in a long one. */
const times = (short: number, long: number): number => effort({ short, long });

Deno.test("no frame is lost in 2,000 restarts of the WAL and more under three writers at full speed", async () => {
  await stress({ restarts: times(2_000, 100_000) });
});

Deno.test("no frame is lost when the writers' connections checkpoint by themselves", async () => {
  await stress({ restarts: times(300, 20_000), writer: { walAutocheckpoint: 1_000 } });
});

Deno.test("no frame is lost when the writers' connections checkpoint more eagerly than the engine", async () => {
  await stress({ restarts: times(100, 10_000), writer: { walAutocheckpoint: 4 } });
});

Deno.test("no frame is lost when a WAL of one page is checkpointed", async () => {
  await stress({ restarts: times(200, 20_000), settings: { minCheckpointPageCount: 1 } });
});

Deno.test("no frame is lost when only the interval has the WAL checkpointed", async () => {
  const settings = { minCheckpointPageCount: 1_000_000_000, checkpointIntervalMs: 100 };
  await stress({ restarts: times(8, 500), settings });
});

for (const pageBytes of [512, 1024, 4096, 8192, 32_768, 65_536]) {
  Deno.test(`no frame is lost with pages of ${pageBytes} bytes`, async () => {
    const setup = [`PRAGMA page_size = ${pageBytes}`];
    await stress({ restarts: times(25, 3_000), writers: 2, setup, writer: { bodyBytesMax: pageBytes } });
  });
}

Deno.test("hazard 12: VACUUM and rows that come and go: the restored file is as long as the shrunken database", async () => {
  await stress({ restarts: times(40, 5_000), writers: 2, writer: { shrinking: "vacuum" } });
});

Deno.test("hazard 12: auto_vacuum shrinks the database with each commit, and the replica with it", async () => {
  const setup = ["PRAGMA auto_vacuum = FULL"];
  await stress({ restarts: times(60, 5_000), writers: 2, setup, writer: { shrinking: "delete" } });
});

Deno.test("hazard 12: incremental_vacuum gives pages back in steps, and the replica follows", async () => {
  const setup = ["PRAGMA auto_vacuum = INCREMENTAL"];
  await stress({ restarts: times(60, 5_000), writers: 2, setup, writer: { shrinking: "incremental" } });
});
