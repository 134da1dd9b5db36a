/**
 * A read transaction of which it is known where in the WAL it stands.
 *
 * @module
 */

import type { Position } from "./position.ts";
import type { SnapshotRead } from "./snapshot.ts";
import type { SyncPlace } from "./sync.ts";
import type { WriterContext } from "./writer_context.ts";

/** The database at one instant, and the same instant in the replica's terms. */
export interface PinnedRead {
  /** Where the WAL ended at that instant. */
  readonly position: Position;
  /** Sees the database as it was then, for as long as it is open. */
  readonly read: SnapshotRead;
}

/**
 * Begins a read transaction while nobody can append to the WAL, so that its end is the instant that is seen.
 *
 * @param context Connections and locks.
 * @param placeNow The WAL that is being written; asked when nobody can restart it any more.
 * @returns The transaction, or null when the write lock was not to be had, or nothing is being written.
 * @throws {ReplicateError} `database-busy`, or `internal` when SQLite refuses.
 */
export async function beginPinnedRead(
  context: WriterContext,
  placeNow: () => SyncPlace | null,
): Promise<PinnedRead | null> {
  await context.walMutex.run(async () => void await placeNow()?.cursor.findEnd()); // the long look, without the lock
  return await context.underWriteLock(async () => {
    const place = placeNow();
    if (place === null) return null;
    const offset = await place.cursor.findEnd();
    const position = { generation: place.generation, index: place.index, offset };
    return { position, read: context.database.openSnapshot() };
  });
}
