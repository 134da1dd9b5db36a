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
import type { ObjectStore } from "./object_store.ts";
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
  /**
   * Has SQLite restart the WAL for a writer that cannot go on with the present one, as far as nobody stands in the way:
   * no reader, and no other replica that needs it as it is.
   */
  readonly restartWal: (asker: { readonly isAttached: boolean }) => Promise<void>;
  /** Whether the store creates only what is absent, so that a log has one owner. */
  readonly isFenced: (store: ObjectStore, signal: AbortSignal) => Promise<boolean>;
  /** When the database file was last written, in milliseconds since 1970. */
  readonly databaseModifiedAtMs: () => Promise<number>;
  /** Whether the application has ended when the engine is told to finish, so that the log can be closed. */
  readonly closesLog: boolean;
  /** Where our own first commit in the live WAL ends; what lies beyond is the application's. 0 when it has none. */
  readonly bumpEnd: () => number;
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
