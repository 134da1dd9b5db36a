/**
 * The engine at work on a database that is there: its connections, and a writer for each replica.
 *
 * @module
 */

import { type Clock, pause } from "./clock.ts";
import type { ReplicateSettings } from "./config.ts";
import { Database } from "./database.ts";
import { DatabaseIdentity } from "./database_identity.ts";
import { reportError } from "./errors.ts";
import type { EventListener } from "./events.ts";
import { remoteFileSystemOf } from "./file_system.ts";
import { type CommitGate, LiveWal } from "./live_wal.ts";
import type { ObjectStore } from "./object_store.ts";
import type { Preparation } from "./prepare.ts";
import { ReplicaWriter } from "./replica_writer.ts";
import { modifiedAtMs } from "./restored_database.ts";
import { retry } from "./retry.ts";
import type { StateFile } from "./state_file.ts";
import { WalFile } from "./wal_file.ts";
import type { WriterContext } from "./writer_context.ts";
import type { WriterStatus } from "./writer_status.ts";

/** What a {@linkcode Session} works with. */
export interface SessionOptions {
  /** The path of the database file. */
  readonly databasePath: string;
  /** The replicas' objects. */
  readonly stores: readonly ObjectStore[];
  /** Pace and bounds. */
  readonly settings: ReplicateSettings;
  /** What differs from them for single replicas. Default: nothing. */
  readonly replicaSettings?: ReadonlyMap<ObjectStore, Partial<ReplicateSettings>>;
  /** What this disk remembers. */
  readonly state: StateFile;
  /** What the start has found out for each replica. */
  readonly preparation: Preparation;
  /** Whether a store creates only what is absent. */
  readonly isFenced: (store: ObjectStore, signal: AbortSignal) => Promise<boolean>;
  /**
   * Whether the application has ended when the engine is told to finish: then the log is closed, so that another instance
   * can go on at once. What is committed after that costs a new generation.
   */
  readonly closesLog: boolean;
  /** Holds the application's commits while the write lock is the engine's. */
  readonly gate: CommitGate;
  /** The number of the last commit notice. */
  readonly lastNotice: () => number;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Receives events. */
  readonly emit: EventListener;
  /** Receives the state of all replicas whenever one has changed. */
  readonly onStatus: (statuses: readonly WriterStatus[]) => void;
}

/** One run of the engine over a database, from opening it to the end of the last transaction. */
export class Session {
  readonly #options: SessionOptions;
  readonly #abort = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  #database: Database | null = null;
  #identity: DatabaseIdentity | null = null;
  #walFile: WalFile | null = null;
  #liveWal: LiveWal | null = null;
  #writers: readonly ReplicaWriter[] = [];
  #isFinishing = false;

  /** Resolves when the session has ended, and rejects when it failed. */
  readonly ended: Promise<void>;

  /** @param options The database, its replicas, and what the engine needs of the world. */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.ended = this.#run().finally(() => this.#settled.resolve());
    this.ended.catch(() => undefined); // told to whoever asks
  }

  /** The state of all replicas; none before the database is open. */
  get statuses(): readonly WriterStatus[] {
    return this.#writers.map(({ status }) => status);
  }

  /** Whether everything that was announced is in the replicas, and can be restored from them. */
  get isSynced(): boolean {
    return this.#writers.length > 0 && this.#writers.every((writer) => writer.isSynced);
  }

  /** Resolves once it is known for every replica whether its log is ours, or that this cannot be found out now. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Says that something was committed, or that it is time to look; or that those are back whom the last upload answered. */
  wake(why?: "gathered"): void {
    for (const writer of this.#writers) writer.wake(why);
  }

  /** From now on nothing is paced, and the session ends once everything is in the replicas. */
  finish(): void {
    this.#isFinishing = true;
    for (const writer of this.#writers) writer.finish();
  }

  /** Ends it as it is; every transaction is ended when this resolves. */
  async abort(): Promise<void> {
    this.#abort.abort(new DOMException("The engine stops", "AbortError"));
    await this.ended;
  }

  /** Gives what was counted since the last call; null before the database is open. */
  takeCounts(): ReturnType<Database["counters"]["take"]> | null {
    return this.#database?.counters.take() ?? null;
  }

  /** Ends every transaction at once, as a last act before the thread ends. */
  endTransactions(): void {
    this.#database?.endTransactions();
  }

  /** Closes the connections too. For whoever is done with the file. */
  close(): void {
    this.#database?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { stores, preparation } = this.#options;
    try {
      const context = await this.#open();
      this.#writers = stores.map((store) => {
        const settings = { ...context.settings, ...this.#options.replicaSettings?.get(store) };
        const decision = preparation.get(store) ?? null;
        return new ReplicaWriter({ ...context, settings }, store, decision, () => this.#publish());
      });
      this.#liveWal?.serve(this.#writers);
      if (this.#isFinishing) this.finish();
      const ended = new AbortController();
      const watch = this.#watch(AbortSignal.any([signal, ended.signal]));
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
    const database = await this.#openDatabase();
    emit({ type: "database-opened", sqliteVersion: database.sqliteVersion });
    this.#identity = await DatabaseIdentity.of(databasePath);
    const fileSystem = await remoteFileSystemOf(databasePath);
    if (fileSystem !== null) emit({ type: "database-on-remote-files", path: databasePath, fileSystem });
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
      walMutex: liveWal.mutex,
      bumpEnd: () => liveWal.bumpEnd,
      databaseModifiedAtMs: () => modifiedAtMs(databasePath),
      restartWal: (asker) => liveWal.restartFor(asker),
      checkpointIfLarge: () => liveWal.checkpointIfLarge(),
      checkpointIfDue: () => liveWal.checkpointIfDue(),
      underWriteLock: (operation) => liveWal.underWriteLock(operation),
    };
  }

  /** Preparing the database needs its write lock for a moment, which others may keep longer than we wait at once. */
  #openDatabase(): Promise<Database> {
    const { databasePath, clock, random } = this.#options;
    const { signal } = this.#abort;
    const pauses = { maxTries: Infinity, basePauseMs: 50, maxPauseMs: 1_000 };
    return retry(() => Database.open(databasePath, clock), { clock, random, signal, ...pauses });
  }

  /** Sees to what no writer does: the WAL's bound, and whether the file is the one that is open. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { clock, settings, stores, emit, databasePath } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#liveWal?.enforceBound();
        const found = await this.#identity?.news() ?? null;
        if (found !== null) emit({ type: "database-replaced", path: databasePath, found });
      } catch (error) {
        const nextTryMs = settings.monitorIntervalMs;
        for (const { url } of stores) emit({ type: "sync-failed", replica: url, error: reportError(error), nextTryMs });
      }
      await pause(clock, settings.monitorIntervalMs, signal);
    }
  }

  #publish(): void {
    const { statuses } = this;
    if (statuses.every(({ role, error }) => role !== "waiting" || error !== null)) this.#settled.resolve();
    this.#options.onStatus(statuses);
  }
}
