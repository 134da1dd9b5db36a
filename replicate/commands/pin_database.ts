/**
 * A look at a database that other processes use, and of which it is known where in its WAL it stands.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { DEFAULT_SETTINGS } from "../config.ts";
import { connectAsIs, type Connection, rollback, verifiedPragma } from "../connection.ts";
import { beginPageRead } from "../page_read.ts";
import type { SnapshotRead } from "../snapshot.ts";
import { asReplicateError, busyError, isBusy } from "../sqlite_error.ts";
import { WalCursor } from "../wal_cursor.ts";
import { WalFile } from "../wal_file.ts";
import type { WalHeader } from "../wal/header.ts";
import { saltsEqual } from "../wal/salt.ts";

/** How long the write lock is asked for, in milliseconds. */
const PATIENCE_MS = 10_000;

/** The pause between two tries, in milliseconds. */
const PAUSE_MS = 5;

/**
 * Connections of this process, for as long as it runs: the last one to close a database moves its WAL into it and deletes
 * that, and with it the proof that the database continues its replica. A connection that nobody refers to is closed.
 */
const kept: Connection[] = [];

/** A database at one instant. */
export interface PinnedDatabase {
  /** Sees it as it was then. Nothing else may be read from it once this is disposed of. */
  readonly read: SnapshotRead;
  /** The WAL, and where its last commit ended; null when there is none. */
  readonly wal: { readonly header: WalHeader; readonly offset: number } | null;
}

/**
 * Begins a read transaction while nobody can append to the WAL. Nothing is written, and the lock is held for as long as it
 * takes to look at the WAL's last frames.
 *
 * @param path The path of the database.
 * @param options Time, and what gives up.
 * @returns The database at that instant.
 * @throws {ReplicateError} `database-busy` when others keep the lock; `internal` when SQLite refuses.
 */
export async function pinDatabase(
  path: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<PinnedDatabase> {
  const [locker, reader] = [connectAsIs(path), connectAsIs(path)];
  kept.push(locker, reader);
  verifiedPragma(locker, "busy_timeout", 0); // it waits in its own way
  using walFile = new WalFile(path);
  const early = await openCursor(walFile);
  await early?.findEnd(); // the long look, without the lock
  await lock(locker, { clock, signal });
  try {
    const header = await walFile.readHeader();
    const isSame = header !== null && early !== null && saltsEqual(header.salt, early.header.salt);
    const cursor = isSame ? early : await openCursor(walFile);
    const offset = await cursor?.findEnd();
    const read = beginPageRead(reader);
    return { read, wal: cursor === null || offset === undefined ? null : { header: cursor.header, offset } };
  } catch (error) {
    throw asReplicateError(error);
  } finally {
    rollback(locker);
  }
}

async function openCursor(walFile: WalFile): Promise<WalCursor | null> {
  const header = await walFile.readHeader();
  return header && new WalCursor(walFile, header, { runBytesMax: DEFAULT_SETTINGS.segmentBytesMax });
}

async function lock(
  connection: Connection,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const giveUpAt = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      connection.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      if (!isBusy(error)) throw asReplicateError(error);
      if (clock.monotonic() > giveUpAt) throw busyError(error);
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}
