/**
 * When to write another snapshot.
 *
 * @module
 */

/** Bounds of {@linkcode isSnapshotDue}. */
export interface SnapshotPolicy {
  /** A snapshot of this age is followed by another one, in milliseconds; 0 for never. */
  readonly snapshotIntervalMs: number;
  /** So many times the database's size of WAL after a snapshot is followed by another one; 0 for never. */
  readonly snapshotWalRatio: number;
}

/** What the decision depends on. */
export interface SnapshotSituation {
  /** The ordinal of the WAL that is being written. */
  readonly index: number;
  /** The ordinal of the WAL at whose start a replay over the newest snapshot begins. */
  readonly snapshotIndex: number;
  /** Age of the newest snapshot in milliseconds. */
  readonly snapshotAgeMs: number;
  /** Whether the application has written anything since. */
  readonly isWrittenSince: boolean;
  /** Plain bytes of WAL in the replica since. */
  readonly walBytes: number;
  /** Size of the database in bytes. */
  readonly databaseBytes: number;
}

/** Less WAL than this is replayed faster than a snapshot is worth, in bytes. */
export const WAL_BYTES_FLOOR = 16_777_216;

/**
 * Decides whether a snapshot should be written, besides the first one of a generation.
 *
 * Never under the index of the last one: a replay would begin at the same place, and the older state would be lost.
 *
 * @param policy The bounds.
 * @param situation What is known of the last one, and of what came after it.
 * @returns Whether to write one.
 */
export function isSnapshotDue(policy: SnapshotPolicy, situation: SnapshotSituation): boolean {
  if (situation.index <= situation.snapshotIndex || !situation.isWrittenSince) return false;
  const { snapshotIntervalMs, snapshotWalRatio } = policy;
  if (snapshotIntervalMs > 0 && situation.snapshotAgeMs >= snapshotIntervalMs) return true;
  if (snapshotWalRatio === 0) return false;
  return situation.walBytes > Math.max(WAL_BYTES_FLOOR, snapshotWalRatio * situation.databaseBytes);
}
