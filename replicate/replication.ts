/**
 * The engine as the application's thread sees it.
 *
 * @module
 */

import { type Clock, pause, systemClock } from "./clock.ts";
import type { ReplicateConfig } from "./config.ts";
import { CommitLedger } from "./commit_ledger.ts";
import { errorFromReport, type ErrorReport } from "./errors.ts";
import type { EventListener } from "./events.ts";
import type { FromWorker, StopOutcome, ToWorker } from "./protocol.ts";
import { pauseMs } from "./retry.ts";
import type { EngineTally } from "./tally.ts";
import { describeHealth, NO_REPLICATION, type ReplicationHealth, roleOf } from "./replication_health.ts";
import type { ReplicaHealth, WriterStatus } from "./writer_status.ts";

export type { ReplicationHealth };

/** What the application lets the engine ask of it. */
export interface ReplicationHooks {
  /** Receives events. */
  readonly onEvent: EventListener;
  /** Receives what the worker has counted. Default: nobody does. */
  readonly onTally?: (tally: EngineTally) => void;
  /** Begins no commit from now on, until `release`. Has to take effect before it returns. */
  readonly hold: () => void;
  /** Commits may go on. */
  readonly release: () => void;
  /** The database may be opened for reading, before it is prepared. */
  readonly openForReading: () => void;
  /** Closes the database, if it is open for reading; it is restored anew. Resolves when nothing has it open. */
  readonly closeForReading: () => Promise<void>;
}

const RESTART_PAUSES = { basePauseMs: 1_000, maxPauseMs: 60_000 };

/** A worker that ran for so long without failing is counted as sound again, in milliseconds. */
const STABLE_MS = 60_000;

/** How much longer than its deadline a stop may take before the worker is given up, in milliseconds. */
const STOP_GRACE_MS = 2_000;

/** Runs the engine in a worker, restarts that when it fails, and keeps count of what is in the replica. */
export class Replication {
  readonly #config: ReplicateConfig;
  readonly #hooks: ReplicationHooks;
  readonly #clock: Clock;
  readonly #ledger: CommitLedger;
  readonly #prepared = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  #worker: Worker | null = null;
  #stopped: ((outcome: StopOutcome) => void) | null = null;
  #isPrepared = false;
  #isListening = false;
  #failures = 0;
  #startedAt = 0;
  #statuses: readonly WriterStatus[] = [];
  #role: ReplicationHealth["role"];
  #failure: ErrorReport | null = null;

  /**
   * Starts the worker, which has the right database put on disk.
   *
   * @param config What to replicate, and where to.
   * @param hooks What the engine may ask of the application.
   * @param clock Time. Default: the system's.
   */
  constructor(config: ReplicateConfig, hooks: ReplicationHooks, clock: Clock = systemClock) {
    this.#config = config;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#ledger = new CommitLedger(clock);
    this.#role = config.replicas.length === 0 ? NO_REPLICATION.role : roleOf(this.#statuses);
    this.#prepared.promise.catch(() => undefined); // told to whoever asks; the process must not end before
    if (config.replicas.length === 0) this.#prepared.resolve();
    else this.#startWorker();
  }

  /** Resolves when the application may open the database; rejects when it must not. */
  get prepared(): Promise<void> {
    return this.#prepared.promise;
  }

  /** Says that something was committed. Call it right after each commit. */
  committed(): void {
    if (this.#config.replicas.length === 0) return;
    this.#send({ type: "committed", notice: this.#ledger.commit() });
  }

  /**
   * Waits until everything committed so far is as safe as the operator asked for: at once under `local`, once it is in
   * every replica under `replica`.
   *
   * @param signal Ends the wait; what was committed may still become durable later.
   * @param waiting How many wait with this call: an upload begins once as many are back as before. Default: 1.
   * @throws {ReplicateError} `foreign-writer` when this instance is fenced.
   */
  async durable(signal: AbortSignal, waiting = 1): Promise<void> {
    if (this.#config.durability === "local") return;
    const fenced = this.#statuses.find(({ role }) => role === "fenced");
    if (fenced?.error) throw errorFromReport(fenced.error);
    const durable = this.#ledger.wait(signal, waiting);
    if (this.#ledger.takeGathered()) this.#send({ type: "gathered" });
    await durable;
  }

  /** How replication is doing. */
  health(): ReplicationHealth {
    if (this.#config.replicas.length === 0) return NO_REPLICATION;
    const { pendingCount, oldestAgeSeconds } = this.#ledger;
    return describeHealth(this.#statuses, { pendingCount, oldestAgeSeconds, failure: this.#failure });
  }

  /** What this instance is to its replicas: cheaper than {@linkcode Replication.health}, for every write asks. */
  role(): ReplicationHealth["role"] {
    return this.#role;
  }

  /** How each replica is doing; empty until the worker has looked. */
  replicas(): readonly ReplicaHealth[] {
    return this.#statuses.map((status) => ({
      ...status,
      lagSeconds: this.#ledger.ageSecondsPast(status.syncedNotice),
    }));
  }

  /**
   * Uploads what is left and ends the worker. The application must not commit any more.
   *
   * @returns Whether everything is in the replicas.
   */
  async stop(): Promise<StopOutcome> {
    this.#stopping.abort();
    if (this.#worker === null) return this.#config.replicas.length === 0 ? "nothing-to-sync" : "incomplete";
    const deadlineMs = this.#config.shutdownSyncTimeoutMs;
    const stopped = new Promise<StopOutcome>((resolve) => this.#stopped = resolve);
    this.#send({ type: "stop", deadlineMs });
    const answered = new AbortController();
    const late = pause(this.#clock, deadlineMs + STOP_GRACE_MS, answered.signal).then((): StopOutcome => "incomplete");
    const outcome = await Promise.race([stopped, late]);
    answered.abort();
    await late;
    this.#worker = null;
    return outcome;
  }

  #startWorker(): void {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "replicate" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#receive(data);
    };
    worker.onerror = (event) => {
      event.preventDefault(); // else it ends the process
      const error = { name: "Error", code: "internal", retryable: true, message: event.message } as const;
      if (worker === this.#worker) this.#fail(error);
    };
    this.#startedAt = this.#clock.monotonic();
    this.#worker = worker;
  }

  /** Begins the talk with a worker; one that was told to stop before it listened is told again. */
  #greet(): void {
    this.#isListening = true;
    const { lastNotice: notice } = this.#ledger;
    this.#send({ type: "start", config: this.#config, isDatabaseOpen: this.#isPrepared, notice });
    if (this.#stopping.signal.aborted) this.#send({ type: "stop", deadlineMs: this.#config.shutdownSyncTimeoutMs });
  }

  /** Says something to a worker that listens; for one that does not yet, {@linkcode Replication.#greet} makes up for it. */
  #send(message: ToWorker): void {
    if (this.#isListening) this.#worker?.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "listening":
        return this.#greet();
      case "readable":
        return this.#hooks.openForReading();
      case "close":
        this.#hooks.closeForReading().then(() => this.#send({ type: "closed", requestId: message.requestId }));
        return;
      case "prepared":
        this.#isPrepared = true;
        this.#failure = null;
        this.#prepared.resolve();
        return;
      case "status":
        return this.#update(message.statuses);
      case "event":
        // Before the first status nothing else tells what a start is waiting for.
        if (message.event.type === "sync-failed" && this.#statuses.length === 0) this.#failure = message.event.error;
        return this.#hooks.onEvent(message.event);
      case "tally":
        return this.#hooks.onTally?.(message.tally);
      case "hold":
        this.#hooks.hold();
        return this.#send({ type: "held", requestId: message.requestId });
      case "release":
        return this.#hooks.release();
      case "stopped":
        return this.#stopped?.(message.outcome);
      case "failed":
        return this.#fail(message.error);
      default:
        message satisfies never;
    }
  }

  #update(statuses: readonly WriterStatus[]): void {
    this.#failure = null;
    this.#statuses = statuses;
    this.#role = roleOf(statuses);
    this.#ledger.sync(Math.min(...statuses.map(({ syncedNotice }) => syncedNotice)));
    const fenced = statuses.find(({ role }) => role === "fenced");
    if (fenced?.error) this.#ledger.fail(errorFromReport(fenced.error));
  }

  #fail(error: ErrorReport): void {
    this.#worker = null;
    this.#isListening = false;
    this.#failure = error;
    this.#hooks.release();
    if (this.#stopping.signal.aborted) {
      this.#stopped?.(this.#isPrepared ? "incomplete" : "nothing-to-sync");
      return;
    }
    if (!this.#isPrepared) return this.#prepared.reject(errorFromReport(error));
    if (this.#clock.monotonic() - this.#startedAt > STABLE_MS) this.#failures = 0;
    const nextTryMs = pauseMs(++this.#failures, 0, { random: Math.random, ...RESTART_PAUSES });
    this.#hooks.onEvent({ type: "worker-failed", error, nextTryMs });
    pause(this.#clock, nextTryMs, this.#stopping.signal).then(() => {
      if (!this.#stopping.signal.aborted) this.#startWorker();
    });
  }
}
