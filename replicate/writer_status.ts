/**
 * What a writer tells about itself.
 *
 * @module
 */

import type { ErrorReport } from "./errors.ts";
import type { SyncTally } from "./tally.ts";

/** What this instance is to a replica. `waiting`: not sure yet. `fenced`: another one writes, this one never again. */
export type WriterRole = "waiting" | "writer" | "fenced";

/** What a comparison of the restored replica with the database has found. */
export interface ValidationResult {
  /** When, in milliseconds since 1970. */
  readonly atMs: number;
  /** Whether they were the same. */
  readonly ok: boolean;
  /** What is wrong, or null. */
  readonly message: string | null;
}

/** The state of one replica, as the application's thread knows it. */
export interface ReplicaHealth extends WriterStatus {
  /** The age of the oldest commit that is not in the replica, in seconds; 0 when there is none. */
  readonly lagSeconds: number;
}

/** The state of one replica's writer. */
export interface WriterStatus {
  /** The replica. */
  readonly replica: string;
  /** What this instance is to it. */
  readonly role: WriterRole;
  /** Up to where the replica has everything, or null. */
  readonly position: string | null;
  /** Committed bytes that are known of and not in the replica. */
  readonly lagBytes: number;
  /** Every commit that was announced up to this number can be restored from the replica. */
  readonly syncedNotice: number;
  /** When an upload last succeeded, in milliseconds since 1970, or null. */
  readonly lastSyncAtMs: number | null;
  /** What prevents it from going on at present, or null. */
  readonly error: ErrorReport | null;
  /** What the last validation found, or null. One that could not find anything out does not count. */
  readonly lastValidation: ValidationResult | null;
  /** What it has done so far. */
  readonly tally: SyncTally;
}
