/**
 * What a replica's writer works with, on a real database: for tests of its parts.
 *
 * @module
 */

import { systemClock } from "../../replicate/clock.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { type CommitGate, LiveWal } from "../../replicate/live_wal.ts";
import type { ReplicateSettings } from "../../replicate/config.ts";
import { modifiedAtMs } from "../../replicate/restored_database.ts";
import { StateFile } from "../../replicate/state_file.ts";
import { WalFile } from "../../replicate/wal_file.ts";
import type { WriterContext } from "../../replicate/writer_context.ts";
import { withDatabase } from "./database_scene.ts";
import { QUICK } from "./quick.ts";
import { seededRandom } from "./random.ts";
import type { Sqlite } from "./sqlite.ts";

/** A database with an application, and what a writer works with. */
export interface WriterScene {
  /** A folder for more. */
  readonly folder: string;
  /** The database. */
  readonly path: string;
  /** The application's connection; the table `note` is there. */
  readonly application: Sqlite;
  /** What writers share. */
  readonly context: WriterContext;
  /** Decides about checkpoints; serves no writer yet. */
  readonly liveWal: LiveWal;
  /** What has happened. */
  readonly events: ReplicateEvent[];
  /** When commits were held and released. */
  readonly gateLog: string[];
}

/** The stores of these tests create only what is absent. */
const IS_FENCED = true;

/**
 * Runs a test with a database of its own.
 *
 * @param body The test.
 * @param settings What differs from {@linkcode QUICK}.
 */
export async function withWriterScene(
  body: (scene: WriterScene) => Promise<void>,
  settings: Partial<ReplicateSettings> = {},
): Promise<void> {
  await withDatabase(systemClock, async ({ folder, path, application, database }) => {
    using walFile = new WalFile(path);
    database.holdRead();
    const events: ReplicateEvent[] = [];
    const gateLog: string[] = [];
    const gate: CommitGate = {
      hold: () => Promise.resolve(void gateLog.push("hold")),
      release: () => void gateLog.push("release"),
    };
    const common = {
      database,
      walFile,
      clock: systemClock,
      emit: (event: ReplicateEvent) => void events.push(event),
      settings: { ...QUICK, ...settings },
    };
    const liveWal = new LiveWal({ ...common, gate });
    const context: WriterContext = {
      ...common,
      state: await StateFile.open(path),
      random: seededRandom(1).next,
      lastNotice: () => 0,
      walMutex: liveWal.mutex,
      restartWal: (asker) => liveWal.restartFor(asker),
      isFenced: () => Promise.resolve(IS_FENCED),
      databaseModifiedAtMs: () => modifiedAtMs(path),
      closesLog: false,
      bumpEnd: () => liveWal.bumpEnd,
      checkpointIfLarge: () => liveWal.checkpointIfLarge(),
      checkpointIfDue: () => liveWal.checkpointIfDue(),
      underWriteLock: (operation) => liveWal.underWriteLock(operation),
    };
    await body({ folder, path, application, context, liveWal, events, gateLog });
  });
}
