/**
 * What the writers of several replicas share: one database, one WAL, one clock.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { ReplicateSettings } from "./config.ts";
import type { Database } from "./database.ts";
import type { EventListener } from "./events.ts";
import type { Mutex } from "./mutex.ts";
import type { StateFile } from "./state_file.ts";
import type { WalFile } from "./wal_file.ts";

/** What a writer works with. */
export interface WriterContext {
  /** Our connections. */
  readonly database: Database;
  /** The WAL beside the database. */
  readonly walFile: WalFile;
  /** What this disk remembers. */
  readonly state: StateFile;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Receives events. */
  readonly emit: EventListener;
  /** Pace and bounds. */
  readonly settings: ReplicateSettings;
  /** The number of the last commit notice. */
  readonly lastNotice: () => number;
  /** Held by whoever reads the live WAL, or restarts it. */
  readonly walMutex: Mutex;
  /** Where our own first commit in the live WAL ends; what lies beyond is the application's. 0 when it has none. */
  readonly bumpEnd: () => number;
  /** Has SQLite restart the WAL for a new generation, as far as nobody stands in the way. */
  readonly restartWal: () => Promise<void>;
  /** Checkpoints when the WAL is large. */
  readonly checkpointIfLarge: () => Promise<void>;
  /** Checkpoints when the WAL is large or old; called by a writer that has uploaded everything. */
  readonly checkpointIfDue: () => Promise<void>;
  /**
   * Runs something while nobody can append to the WAL, and nobody else of ours reads it.
   *
   * @returns What it returns, or null when the write lock was not to be had.
   */
  readonly underWriteLock: <T>(operation: () => Promise<T>) => Promise<T | null>;
}
