/**
 * The engine as a whole: one database, any number of replicas.
 *
 * @module
 */

import { pause } from "./clock.ts";
import type { FencingMode, StalePolicy } from "./config.ts";
import type { ReplicateEvent } from "./events.ts";
import { Fencing } from "./fencing.ts";
import { type Preparation, prepareDatabase } from "./prepare.ts";
import type { StopOutcome } from "./protocol.ts";
import type { ReaderGate } from "./restored_database.ts";
import { Session, type SessionOptions } from "./session.ts";
import { StateFile } from "./state_file.ts";
import type { EngineTally } from "./tally.ts";
import { Wake } from "./wake.ts";

/** How long a replica that does not answer the claim keeps the application from opening its database, in milliseconds. */
const CLAIM_PATIENCE_MS = 10_000;

/** What a {@linkcode Replicator} works with. `closesLog` is about {@linkcode Replicator.stop}. */
export interface ReplicatorOptions extends Omit<SessionOptions, "state" | "preparation" | "isFenced" | "lastNotice"> {
  /** What to do with a database that has missed what another instance wrote. */
  readonly onStale: StalePolicy;
  /** Whether another writer must be kept away. */
  readonly fencing: FencingMode;
  /** The folder of the engine's own files. Default: the usual one beside the database. */
  readonly metaFolder?: string;
  /** Lets the restored database be read while this instance waits for its turn to write. */
  readonly readers: ReaderGate;
}

/** Keeps the replicas of one database up to date, from before the application opens it until after it has ended. */
export class Replicator {
  readonly #options: ReplicatorOptions;
  readonly #fencing: Fencing;
  readonly #abort = new AbortController();
  readonly #wake = new Wake();
  #state: StateFile | null = null;
  #preparation: Preparation = new Map();
  #session: Session | null = null;
  #running: Promise<void> = Promise.resolve();
  #lastNotice = 0;
  #isFinishing = false;
  #isStarted = false;
  #isClaiming = false;

  /** @param options The database, its replicas, and what the engine needs of the world. */
  constructor(options: ReplicatorOptions) {
    this.#options = options;
    this.#fencing = new Fencing(options.fencing, options);
  }

  /**
   * Has the right database on disk, and makes this instance its writer. The application may open it once this resolves.
   *
   * @param situation Whether the application has it open already: then it can be neither restored nor moved aside, and
   * a stale one leaves this instance fenced.
   * @throws {ReplicateError} What {@linkcode prepareDatabase} throws.
   */
  async prepare({ isDatabaseOpen = false }: { readonly isDatabaseOpen?: boolean } = {}): Promise<void> {
    this.#state = await StateFile.open(this.#options.databasePath, this.#options.metaFolder);
    if (isDatabaseOpen) return;
    for (let isDisposable = false;; isDisposable = true) {
      this.#preparation = await prepareDatabase({
        ...this.#options,
        takeoverGraceMs: this.#options.settings.takeoverGraceMs,
        isFenced: (store, signal) => this.#fencing.isFenced(store, signal),
        state: this.#state,
        isDisposable,
        signal: this.#abort.signal,
      });
      if (await fileBytes(this.#options.databasePath) === 0 || await this.#claim()) return;
    }
  }

  /** Begins to replicate; waits for the database when the application has not made it yet. */
  start(): void {
    this.#isStarted = true;
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
    this.#session?.wake();
  }

  /** Says that as many wait for an upload as before the last one: nobody else is likely to come. */
  gathered(): void {
    this.#session?.wake("gathered");
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
    this.#session?.finish();
    const finished = new AbortController();
    const deadline = pause(this.#options.clock, deadlineMs, finished.signal);
    const hasWork = this.#lastNotice > 0 || this.#isStarted && this.#session !== null;
    if (hasWork) await Promise.race([deadline, this.#running]);
    finished.abort();
    this.#abort.abort(new DOMException("The engine stops", "AbortError"));
    await this.#session?.abort();
    await this.#running;
    await deadline;
    if (!hasWork) return "nothing-to-sync";
    return this.#session?.isSynced ? "synced" : "incomplete";
  }

  /** Gives what was counted since the last call, and how large database and WAL are. */
  async takeTally(): Promise<Omit<EngineTally, "requests">> {
    const counted = this.#session?.takeCounts() ??
      { checkpoints: 0, checkpointErrors: 0, checkpointMs: 0, lockHoldsMs: [] };
    const { databasePath } = this.#options;
    const sizeOf = (path: string): Promise<number> => fileBytes(path).catch(() => 0); // no count may end the engine
    return { ...counted, databaseBytes: await sizeOf(databasePath), walBytes: await sizeOf(`${databasePath}-wal`) };
  }

  /** Ends every transaction at once, as a last act before the thread ends. */
  endTransactions(): void {
    this.#session?.endTransactions();
  }

  /** Closes the connections too. For whoever is done with the file, such as a test. */
  close(): void {
    this.#session?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    await this.#waitForDatabase(signal);
    if (signal.aborted) return;
    this.#session ??= this.#open();
    await this.#session.ended;
  }

  #open(): Session {
    if (this.#state === null) throw new TypeError("Cannot start before prepare()");
    const session = new Session({
      ...this.#options,
      state: this.#state,
      preparation: this.#preparation,
      isFenced: (store, signal) => this.#fencing.isFenced(store, signal),
      lastNotice: () => this.#lastNotice,
      emit: (event) => this.#emit(event),
    });
    if (this.#isFinishing) session.finish();
    return session;
  }

  /** While nothing can be written, the log that another instance has taken is only one more to restore. */
  #emit(event: ReplicateEvent): void {
    const isLoss = event.type === "fenced" && this.#isClaiming;
    this.#options.emit(isLoss ? { ...event, type: "claim-lost" } : event);
  }

  /**
   * Creates the first segment of each log that goes on here, while nobody else has the database open for writing.
   *
   * @returns Whether the application may open it; else another instance was faster, and the database is out of date.
   */
  async #claim(): Promise<boolean> {
    this.#isClaiming = true;
    const session = this.#open();
    this.#session = session;
    const settled = new AbortController();
    const late = pause(this.#options.clock, CLAIM_PATIENCE_MS, settled.signal);
    await Promise.race([session.settled, late]);
    settled.abort();
    await late;
    this.#isClaiming = false;
    if (this.#abort.signal.aborted || !session.statuses.some(({ role }) => role === "fenced")) return true;
    await session.abort();
    session.close();
    this.#session = null;
    return false;
  }

  async #waitForDatabase(signal: AbortSignal): Promise<void> {
    const { clock, settings, databasePath } = this.#options;
    // A database of no bytes is one that SQLite has only just opened: nothing can be prepared in it yet.
    while (!signal.aborted && await fileBytes(databasePath) === 0) {
      await this.#wake.wait(clock, settings.monitorIntervalMs, signal);
    }
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
