/**
 * The barrier, and what goes before it: the only ways in which a checkpoint happens.
 *
 * Two invariants make it impossible to lose a frame. A checkpoint copies no frame that is not captured; and no connection
 * of ours checkpoints outside of this file. A WAL can restart only after all of it is in the database file, and while no
 * reader has a mark above 0 in it. The long read transaction has one, except at the end of a barrier: from when all is captured
 * and copied, under the write lock, until the WAL has begun anew.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Database } from "./database.ts";
import { ReplicateError } from "./errors.ts";
import { WalDiscontinuity } from "./wal_cursor.ts";
import type { WalFile } from "./wal_file.ts";
import type { WalHeader } from "./wal/header.ts";
import { saltFollows, saltsEqual } from "./wal/salt.ts";

/** How a barrier ended. */
export type BarrierOutcome =
  /** The write lock was not to be had, or somebody else checkpoints. */
  | { readonly type: "busy" }
  /** More waits to be captured than may be held in memory. */
  | { readonly type: "behind" }
  /** Somebody's read transaction pins the WAL. */
  | { readonly type: "pinned"; readonly walFrames: number; readonly checkpointedFrames: number }
  /** The WAL was restarted; `header` is the new one's. */
  | { readonly type: "restarted"; readonly header: WalHeader; readonly walFrames: number; readonly heldMs: number };

/** What the barrier works on. */
export interface BarrierOptions {
  /** Our connections. */
  readonly database: Database;
  /** The WAL beside the database. */
  readonly walFile: WalFile;
  /** Measures how long the lock is held. */
  readonly clock: Clock;
  /** Captures every committed frame, for each replica that goes on. In the barrier nobody can append meanwhile. */
  readonly captureTail: () => Promise<TailCapture>;
  /** Told how many frames SQLite counts, while nobody can append: a replica that captured others gives its generation up. */
  readonly confirmFrames: (walFrames: number) => Promise<void>;
}

/** What became of capturing the tail. */
export type TailCapture =
  /** Every replica that goes on has captured all of the WAL. */
  | { readonly type: "captured" }
  /** There is more than may be held in memory. */
  | { readonly type: "behind" }
  /** No replica goes on: each will begin a new generation, with a snapshot. */
  | { readonly type: "unwanted" };

/**
 * How often our own small commit is tried when others keep the lock; each try waits for the busy timeout. All is captured,
 * so to wait costs nothing; to give up would leave a WAL that others may restart without our noticing.
 */
const BUMP_TRIES = 120;

/**
 * Copies most of the WAL into the database file while others go on writing, so that the barrier, which keeps them waiting,
 * has little left to copy.
 *
 * The long read transaction begins anew at the WAL's end as it is now; what is captured after that reaches at least as far;
 * and SQLite copies nothing that lies behind a reader's mark. The caller knows of a frame behind the transaction's present
 * mark: nobody can have copied that one, so not all of the WAL is in the database file, and the new mark is above 0 too.
 *
 * @param options Connections and captor, which is called while others may append.
 * @throws {ReplicateError} What the database or the captor throws.
 */
export async function copyAhead(
  { database, captureTail }: Pick<BarrierOptions, "database" | "captureTail">,
): Promise<void> {
  database.holdRead();
  const { type } = await captureTail();
  if (type === "captured") database.checkpoint();
}

/**
 * Captures the WAL's tail, copies all of it into the database file, and has SQLite restart it.
 *
 * @param options Connections, file and captor.
 * @returns How it ended. Whatever it is, the long read transaction is held again.
 * @throws {WalDiscontinuity} When the WAL that follows is not the next one: no generation can go on.
 * @throws {ReplicateError} What the database or the captor throws.
 */
export async function runBarrier(options: BarrierOptions): Promise<BarrierOutcome> {
  const { database, walFile, clock } = options;
  if (!await database.tryLockWrites()) return { type: "busy" };
  const lockedAt = clock.monotonic();
  try {
    const before = await walFile.readHeader();
    if (before === null) return { type: "busy" };
    const tail = await options.captureTail();
    if (tail.type === "behind") return tail;
    // As far as our own mark. Who is in the way now leaves it where it is, and with it the WAL.
    const { isBusy, walFrames, checkpointedFrames: copied } = database.checkpoint();
    if (isBusy) return { type: "busy" };
    // SQLite counts the frames on its own: captured and committed must be the same.
    await options.confirmFrames(walFrames);
    if (copied < walFrames) {
      database.holdRead();
      const { isBusy: isOvertaken, checkpointedFrames } = database.checkpoint();
      if (isOvertaken) return raiseMark(database);
      if (checkpointedFrames < walFrames) return { type: "pinned", walFrames, checkpointedFrames };
    }
    // A mark above 0 would stop our own restart. One that begins now is 0, as all is in the database file: it lets the WAL
    // restart once, and keeps others from a checkpoint, without which it cannot restart a second time.
    database.holdRead();
    database.unlockWrites();
    const heldMs = clock.monotonic() - lockedAt;
    const header = await restartWal(database, walFile, before);
    if (header === null) return { type: "pinned", walFrames, checkpointedFrames: walFrames };
    return { type: "restarted", header, walFrames, heldMs };
  } finally {
    database.unlockWrites();
    database.ensureRead();
  }
}

/**
 * Ends a barrier after the long read transaction has begun anew, perhaps with a mark of 0, as others may have copied all of
 * the WAL. Our own commit is appended, for our write transaction began before that; nobody can have copied it, and so the
 * transaction that begins after it has a mark above 0.
 */
function raiseMark(database: Database): BarrierOutcome {
  database.bumpAndUnlock();
  database.holdRead();
  return { type: "busy" };
}

/** Commits until the WAL begins anew: our bump does it, or whoever was faster. Null when a reader prevents it. */
async function restartWal(database: Database, walFile: WalFile, before: WalHeader): Promise<WalHeader | null> {
  for (let tries = 1;; tries++) {
    const isBumped = await tryBump(database);
    if (isBumped) database.holdRead();
    const header = await walFile.readHeader();
    if (header !== null && !saltsEqual(header.salt, before.salt)) {
      if (saltFollows(before.salt, header.salt)) return header;
      throw new WalDiscontinuity("wal restarted by another process");
    }
    if (isBumped || tries === BUMP_TRIES) return null;
  }
}

async function tryBump(database: Database): Promise<boolean> {
  try {
    await database.bump();
    return true;
  } catch (error) {
    if (error instanceof ReplicateError && error.code === "database-busy") return false;
    throw error;
  }
}
