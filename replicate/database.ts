/**
 * The engine's own connections to the database that it replicates.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { BUSY_TIMEOUT_MS, connect, connectAll, type Connection, rollback, verifiedPragma } from "./connection.ts";
import { DatabaseCounters } from "./database_counters.ts";
import { beginPageRead } from "./page_read.ts";
import type { SnapshotRead } from "./snapshot.ts";
import { firstRow } from "./sqlite_query.ts";
import { asReplicateError, busyError, isBusy } from "./sqlite_error.ts";

/** How long the write lock is asked for without a pause, in milliseconds. */
const SPIN_MS = 2;

/** A WAL file that had to grow beyond this shrinks to it when it is restarted, in bytes. */
const WAL_FILE_BYTES_KEPT = 67_108_864;

/** What `PRAGMA wal_checkpoint` answers. */
export interface CheckpointResult {
  /** Whether another connection was checkpointing: the counts say nothing then. */
  readonly isBusy: boolean;
  /** Frames that the WAL holds. */
  readonly walFrames: number;
  /** How many of them are in the database file now. */
  readonly checkpointedFrames: number;
}

/**
 * Four connections with one task each. None of them checkpoints on its own, and none is closed while the process
 * runs: the last connection to close would checkpoint and delete the WAL, and with it the proof of continuity.
 */
export class Database {
  /** What is done to the database here. */
  readonly counters: DatabaseCounters;
  readonly #path: string;
  readonly #clock: Clock;
  #reader: Connection;
  /** Takes over from the reader before that lets go, so that there is no instant without a read mark. */
  #nextReader: Connection;
  readonly #writer: Connection;
  readonly #checkpointer: Connection;
  readonly #snapshots = new Set<Connection>();
  #isReadHeld = false;
  #isWriteLocked = false;

  private constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.counters = new DatabaseCounters(clock);
    [this.#reader, this.#nextReader, this.#writer, this.#checkpointer] = connectAll(path);
    verifiedPragma(this.#writer, "busy_timeout", 0); // it waits in its own way
    verifiedPragma(this.#writer, "journal_size_limit", WAL_FILE_BYTES_KEPT);
  }

  /**
   * Opens a database that is there, and prepares it: WAL mode, and the two tables that Litestream keeps.
   *
   * @param path The path of the database file.
   * @param clock Time, for waiting for locks.
   * @throws {ReplicateError} `database-busy` (retryable), or `internal` when SQLite refuses.
   */
  static async open(path: string, clock: Clock): Promise<Database> {
    const database = new Database(path, clock);
    try {
      if (hasTables(database.#writer)) return database;
      if (!await database.tryLockWrites()) throw busyError();
      database.#commit(CREATE_TABLES);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** The version of the SQLite library in this process. */
  get sqliteVersion(): string {
    return String(firstRow(this.#reader.prepare("SELECT sqlite_version()"))[0]);
  }

  /** Size of the database in bytes, as the last commit has it. */
  get sizeBytes(): number {
    return numberOf(this.#checkpointer, "PRAGMA page_count") * numberOf(this.#checkpointer, "PRAGMA page_size");
  }

  /**
   * Begins the long read transaction anew, at the WAL's present end. While its read mark is above 0, nobody can
   * restart the WAL.
   */
  holdRead(): void {
    try {
      this.#nextReader.exec("BEGIN");
      this.#nextReader.prepare("SELECT count(*) FROM _litestream_seq").get();
    } catch (error) {
      rollback(this.#nextReader); // a transaction without a read mark would hold nothing
      throw asReplicateError(error);
    }
    this.releaseRead();
    [this.#reader, this.#nextReader] = [this.#nextReader, this.#reader];
    this.#isReadHeld = true;
  }

  /** Begins the long read transaction, unless it is held. */
  ensureRead(): void {
    if (!this.#isReadHeld) this.holdRead();
  }

  /** Ends the long read transaction. */
  releaseRead(): void {
    if (this.#isReadHeld) rollback(this.#reader);
    this.#isReadHeld = false;
  }

  /**
   * Takes SQLite's write lock, so that nobody can append to the WAL.
   *
   * @returns Whether it was to be had.
   */
  async tryLockWrites(): Promise<boolean> {
    const giveUpAt = this.#clock.monotonic() + BUSY_TIMEOUT_MS;
    while (!this.#lockNow()) {
      if (this.#clock.monotonic() > giveUpAt) return false;
      await this.#clock.sleep(1);
    }
    this.#isWriteLocked = true;
    this.counters.locked();
    return true;
  }

  /**
   * Asks again and again for a moment. Writers that follow each other closely leave gaps of microseconds, which
   * SQLite's own busy handler, with its growing pauses, hardly ever meets.
   */
  #lockNow(): boolean {
    const stopAt = this.#clock.monotonic() + SPIN_MS;
    do {
      try {
        this.#writer.exec("BEGIN IMMEDIATE");
        return true;
      } catch (error) {
        if (!isBusy(error)) throw asReplicateError(error);
      }
    } while (this.#clock.monotonic() < stopAt);
    return false;
  }

  /** Gives the write lock back; what was written under it and not committed is gone. */
  unlockWrites(): void {
    if (!this.#isWriteLocked) return;
    rollback(this.#writer);
    this.#isWriteLocked = false;
    this.counters.unlocked();
  }

  /** Copies frames into the database file as far as no reader stands in the way. For `barrier.ts` only. */
  checkpoint(): CheckpointResult {
    try {
      return this.counters.checkpoint(() => {
        const row = firstRow(this.#checkpointer.prepare("PRAGMA wal_checkpoint(PASSIVE)"));
        const [busy, walFrames, checkpointedFrames] = row.map(Number);
        return { isBusy: busy !== 0, walFrames: walFrames ?? 0, checkpointedFrames: checkpointedFrames ?? 0 };
      });
    } catch (error) {
      throw asReplicateError(error);
    }
  }

  /**
   * Commits one small transaction of our own. After a complete checkpoint it restarts the WAL.
   *
   * @throws {ReplicateError} `database-busy` (retryable).
   */
  async bump(): Promise<void> {
    if (!await this.tryLockWrites()) throw busyError();
    this.bumpAndUnlock();
  }

  /**
   * The same under the write lock, which is given back with it.
   *
   * @throws {ReplicateError} `internal` when SQLite refuses; the lock is given back.
   */
  bumpAndUnlock(): void {
    this.#commit(["INSERT INTO _litestream_seq (id, seq) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET seq = seq + 1"]);
  }

  /** Begins a read transaction of its own, which sees the database as it is now. */
  openSnapshot(): SnapshotRead {
    const connection = connect(this.#path);
    this.#snapshots.add(connection);
    const close = (): void => {
      if (!this.#snapshots.delete(connection)) return;
      rollback(connection);
      connection.close();
    };
    try {
      return { ...beginPageRead(connection), [Symbol.dispose]: close };
    } catch (error) {
      close();
      throw asReplicateError(error);
    }
  }

  /** Ends every transaction of ours and keeps the connections. */
  endTransactions(): void {
    this.releaseRead();
    this.unlockWrites();
    for (const connection of this.#snapshots) {
      rollback(connection);
      connection.close();
    }
    this.#snapshots.clear();
  }

  /** Closes the connections. For whoever replicates a database of another process, or is done with the file. */
  close(): void {
    this.endTransactions();
    for (const connection of [this.#checkpointer, this.#writer, this.#nextReader, this.#reader]) connection.close();
  }

  #commit(statements: readonly string[]): void {
    try {
      for (const statement of statements) this.#writer.exec(statement);
      this.#writer.exec("COMMIT");
    } catch (error) {
      throw asReplicateError(error);
    } finally {
      this.unlockWrites();
    }
  }
}

/** The tables that Litestream v0.3 keeps in each database; ours are the same, so that either can follow the other. */
const CREATE_TABLES: readonly string[] = [
  "CREATE TABLE IF NOT EXISTS _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
  "CREATE TABLE IF NOT EXISTS _litestream_lock (id INTEGER)",
];

function hasTables(connection: Connection): boolean {
  const names = "SELECT count(*) FROM sqlite_master WHERE name IN ('_litestream_seq', '_litestream_lock')";
  return numberOf(connection, names) === CREATE_TABLES.length;
}

function numberOf(connection: Connection, query: string): number {
  return Number(firstRow(connection.prepare(query))[0]);
}
