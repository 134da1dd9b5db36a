/**
 * The engine as a whole: one database, any number of replicas.
 *
 * @module
 */

import { type Clock, pause } from "./clock.ts";
import type { ReplicateSettings, StalePolicy } from "./config.ts";
import { Database } from "./database.ts";
import { reportError } from "./errors.ts";
import type { EventListener } from "./events.ts";
import { type CommitGate, LiveWal } from "./live_wal.ts";
import type { ObjectStore } from "./object_store.ts";
import { type Preparation, prepareDatabase } from "./prepare.ts";
import type { StopOutcome } from "./protocol.ts";
import { ReplicaWriter } from "./replica_writer.ts";
import { retry } from "./retry.ts";
import { StateFile } from "./state_file.ts";
import type { EngineTally } from "./tally.ts";
import { Wake } from "./wake.ts";
import { WalFile } from "./wal_file.ts";
import type { WriterContext } from "./writer_context.ts";
import type { WriterStatus } from "./writer_status.ts";

/** What a {@linkcode Replicator} works with. */
export interface ReplicatorOptions {
  /** The path of the database file. */
  readonly databasePath: string;
  /** The replicas' objects. */
  readonly stores: readonly ObjectStore[];
  /** What to do with a database that has missed what another instance wrote. */
  readonly onStale: StalePolicy;
  /** Pace and bounds. */
  readonly settings: ReplicateSettings;
  /** Holds the application's commits while the write lock is the engine's. */
  readonly gate: CommitGate;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Receives events. */
  readonly emit: EventListener;
  /** Receives the state of all replicas whenever one has changed. */
  readonly onStatus: (statuses: readonly WriterStatus[]) => void;
}

/** Keeps the replicas of one database up to date, from before the application opens it until after it has ended. */
export class Replicator {
  readonly #options: ReplicatorOptions;
  readonly #abort = new AbortController();
  readonly #wake = new Wake();
  #preparation: Preparation = new Map();
  #state: StateFile | null = null;
  #database: Database | null = null;
  #walFile: WalFile | null = null;
  #liveWal: LiveWal | null = null;
  #writers: readonly ReplicaWriter[] = [];
  #running: Promise<void> = Promise.resolve();
  #lastNotice = 0;
  #isFinishing = false;

  /** @param options The database, its replicas, and what the engine needs of the world. */
  constructor(options: ReplicatorOptions) {
    this.#options = options;
  }

  /**
   * Has the right database on disk. The application may open it once this resolves.
   *
   * @param situation Whether the application has it open already: then it can be neither restored nor moved aside, and
   * a stale one leaves this instance fenced.
   * @throws {ReplicateError} What {@linkcode prepareDatabase} throws.
   */
  async prepare({ isDatabaseOpen = false }: { readonly isDatabaseOpen?: boolean } = {}): Promise<void> {
    this.#state = await StateFile.open(this.#options.databasePath);
    if (isDatabaseOpen) return;
    this.#preparation = await prepareDatabase({
      ...this.#options,
      state: this.#state,
      signal: this.#abort.signal,
    });
  }

  /** Begins to replicate; waits for the database when the application has not made it yet. */
  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the engine has ended, and rejects when it failed. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /**
   * Says that something was committed.
   *
   * @param notice The number of the notice, one more than the last.
   */
  notice(notice: number): void {
    this.#lastNotice = Math.max(this.#lastNotice, notice);
    this.#wake.ring();
    for (const writer of this.#writers) writer.wake();
  }

  /**
   * Uploads what is left, ends every transaction, and stops. The connections stay open: the last one to close would
   * checkpoint and delete the WAL, and with it the proof of continuity.
   *
   * @param deadlineMs How long the uploads may take, in milliseconds.
   * @returns Whether everything is in the replicas.
   */
  async stop(deadlineMs: number): Promise<StopOutcome> {
    this.#isFinishing = true;
    for (const writer of this.#writers) writer.finish();
    const finished = new AbortController();
    const deadline = pause(this.#options.clock, deadlineMs, finished.signal);
    const hasWork = this.#lastNotice > 0 || this.#database !== null;
    if (hasWork) await Promise.race([deadline, this.#running]);
    finished.abort();
    this.#abort.abort(new DOMException("The engine stops", "AbortError"));
    await this.#running;
    await deadline;
    if (!hasWork) return "nothing-to-sync";
    const isSynced = this.#writers.length > 0 && this.#writers.every((writer) => writer.isSynced);
    return isSynced ? "synced" : "incomplete";
  }

  /** Gives what was counted since the last call, and how large database and WAL are. */
  async takeTally(): Promise<Omit<EngineTally, "requests">> {
    const counted = this.#database?.counters.take() ??
      { checkpoints: 0, checkpointErrors: 0, checkpointMs: 0, lockHoldsMs: [] };
    const { databasePath } = this.#options;
    const sizeOf = (path: string): Promise<number> => fileBytes(path).catch(() => 0); // no count may end the engine
    return { ...counted, databaseBytes: await sizeOf(databasePath), walBytes: await sizeOf(`${databasePath}-wal`) };
  }

  /** Ends every transaction at once, as a last act before the thread ends. */
  endTransactions(): void {
    this.#database?.endTransactions();
  }

  /** Closes the connections too. For whoever is done with the file, such as a test. */
  close(): void {
    this.#database?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    await this.#waitForDatabase(signal);
    if (signal.aborted) return;
    try {
      const context = await this.#open();
      this.#writers = this.#options.stores.map((store) =>
        new ReplicaWriter(context, store, this.#preparation.get(store) ?? null, () => this.#publish())
      );
      this.#liveWal?.serve(this.#writers);
      if (this.#isFinishing) { for (const writer of this.#writers) writer.finish(); }
      const ended = new AbortController();
      const watch = this.#watchBound(AbortSignal.any([signal, ended.signal]));
      await Promise.all(this.#writers.map((writer) => writer.run(signal)));
      ended.abort();
      await watch;
    } finally {
      for (const writer of this.#writers) await writer.cancelSnapshot();
      this.#database?.endTransactions();
      this.#walFile?.[Symbol.dispose]();
    }
  }

  async #open(): Promise<WriterContext> {
    const { databasePath, clock, emit, settings, gate } = this.#options;
    const state = this.#state;
    if (state === null) throw new TypeError("Cannot start before prepare()");
    const database = await this.#openDatabase(databasePath);
    emit({ type: "database-opened", sqliteVersion: database.sqliteVersion });
    const walFile = new WalFile(databasePath);
    this.#database = database;
    this.#walFile = walFile;
    const liveWal = new LiveWal({ database, walFile, clock, emit, settings, gate });
    this.#liveWal = liveWal;
    if (await walFile.readHeader() === null) await database.bump(); // there has to be a WAL to follow
    database.holdRead();
    return {
      ...this.#options,
      database,
      walFile,
      state,
      walMutex: liveWal.mutex,
      lastNotice: () => this.#lastNotice,
      restartWal: () => liveWal.restartForNewGeneration(),
      checkpointIfLarge: () => liveWal.checkpointIfLarge(),
      checkpointIfDue: () => liveWal.checkpointIfDue(),
      underWriteLock: (operation) => liveWal.underWriteLock(operation),
    };
  }

  /** Preparing the database needs its write lock for a moment, which others may keep longer than we wait at once. */
  #openDatabase(databasePath: string): Promise<Database> {
    const { clock, random } = this.#options;
    const { signal } = this.#abort;
    const pauses = { maxTries: Infinity, basePauseMs: 50, maxPauseMs: 1_000 };
    return retry(() => Database.open(databasePath, clock), { clock, random, signal, ...pauses });
  }

  async #watchBound(signal: AbortSignal): Promise<void> {
    const { clock, settings, stores, emit } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#liveWal?.enforceBound();
      } catch (error) {
        const nextTryMs = settings.monitorIntervalMs;
        for (const { url } of stores) emit({ type: "sync-failed", replica: url, error: reportError(error), nextTryMs });
      }
      await pause(clock, settings.monitorIntervalMs, signal);
    }
  }

  async #waitForDatabase(signal: AbortSignal): Promise<void> {
    const { clock, settings, databasePath } = this.#options;
    // A database of no bytes is one that SQLite has only just opened: nothing can be prepared in it yet.
    while (!signal.aborted && await fileBytes(databasePath) === 0) {
      await this.#wake.wait(clock, settings.monitorIntervalMs, signal);
    }
  }

  #publish(): void {
    this.#options.onStatus(this.#writers.map(({ status }) => status));
  }
}

/** The size of a file, 0 where there is none. */
async function fileBytes(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
