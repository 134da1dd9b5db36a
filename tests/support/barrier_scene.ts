/**
 * A database on which the barrier is tried.
 *
 * @module
 */

import { assert } from "@std/assert";
import { type BarrierOutcome, runBarrier, type TailCapture } from "../../replicate/barrier.ts";
import { type Clock, systemClock } from "../../replicate/clock.ts";
import type { Database } from "../../replicate/database.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { WalFile } from "../../replicate/wal_file.ts";
import type { WalHeader } from "../../replicate/wal/header.ts";
import { saltsEqual } from "../../replicate/wal/salt.ts";
import { withDatabase } from "./database_scene.ts";
import { openApplication } from "./replicator_fixture.ts";
import type { Sqlite } from "./sqlite.ts";

/** The system's clock, for which waiting for a lock is over soon. */
const hastyClock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * 500,
};

/** A database with five commits in its WAL, and what a barrier on it needs. */
export interface Scene {
  /** Our connections. */
  readonly database: Database;
  /** The WAL. */
  readonly walFile: WalFile;
  /** Who writes. */
  readonly application: Sqlite;
  /** What is captured. */
  readonly cursor: WalCursor;
  /** The database's path. */
  readonly path: string;
  /** Captures everything. */
  readonly captureAll: () => Promise<TailCapture>;
  /** Runs the barrier; captures everything unless told otherwise. */
  readonly run: (captureTail?: () => Promise<TailCapture>) => Promise<BarrierOutcome>;
  /** How many frames SQLite had, of each barrier that asked. */
  readonly confirmed: readonly number[];
}

/**
 * Makes a scene. Whatever is done in it, nobody can restart the WAL afterwards.
 *
 * @param body What to do in it.
 */
export async function withScene(body: (scene: Scene) => Promise<void>): Promise<void> {
  await withDatabase(hastyClock, async ({ path, application, database }) => {
    using walFile = new WalFile(path);
    database.holdRead();
    for (let i = 0; i < 5; i++) application.exec("INSERT INTO note (body) VALUES (randomblob(3000))");
    const cursor = new WalCursor(walFile, await headerOf(walFile), { runBytesMax: 65_536 });
    const captureAll = async (): Promise<TailCapture> => {
      while (await cursor.next() !== null);
      return { type: "captured" };
    };
    const confirmed: number[] = [];
    const confirmFrames = (walFrames: number): Promise<void> => Promise.resolve(void confirmed.push(walFrames));
    const run = (captureTail = captureAll): Promise<BarrierOutcome> =>
      runBarrier({ database, walFile, clock: hastyClock, captureTail, confirmFrames });
    await body({ database, walFile, application, cursor, path, captureAll, run, confirmed });
    await assertReadIsHeld({ walFile, application, path });
  });
}

/** The header of the WAL that is there. */
export async function headerOf(walFile: WalFile): Promise<WalHeader> {
  const header = await walFile.readHeader();
  if (header === null) throw new Error("There is no WAL");
  return header;
}

/** The outcome, of the type that a test expects. */
export function expectType<T extends BarrierOutcome["type"]>(
  outcome: BarrierOutcome,
  type: T,
): Extract<BarrierOutcome, { type: T }> {
  if (outcome.type !== type) throw new Error(`The barrier ended as "${outcome.type}" instead of "${type}"`);
  return outcome as Extract<BarrierOutcome, { type: T }>;
}

/** Tries to restart the WAL as another process would. */
async function assertReadIsHeld(
  { walFile, application, path }: Pick<Scene, "walFile" | "application" | "path">,
): Promise<void> {
  application.exec("INSERT INTO note (body) VALUES ('a frame that is not in the database file')");
  const before = await headerOf(walFile);
  using foreign = openApplication(path);
  foreign.all("PRAGMA wal_checkpoint(RESTART)");
  foreign.all("PRAGMA wal_checkpoint(PASSIVE)");
  for (let i = 0; i < 3; i++) foreign.exec("INSERT INTO note (body) VALUES ('foreign')");
  assert(saltsEqual((await headerOf(walFile)).salt, before.salt), "nobody restarts the WAL");
}
