/**
 * Keeping one replica up to date with the live database.
 *
 * @module
 */

import { type ErrorReport, ReplicateError, reportError } from "./errors.ts";
import { pause, withDeadline } from "./clock.ts";
import type { GenerationReason } from "./events.ts";
import { LagWatch } from "./lag_watch.ts";
import { Lineage } from "./lineage.ts";
import type { ObjectStore } from "./object_store.ts";
import { formatPosition } from "./position.ts";
import type { ResumeDecision } from "./resume.ts";
import { pauseMs } from "./retry.ts";
import { SnapshotKeeper } from "./snapshot_keeper.ts";
import { ForeignWriterError, ReplicaSync } from "./sync.ts";
import { Wake } from "./wake.ts";
import { type WalCursor, WalDiscontinuity } from "./wal_cursor.ts";
import type { WalHeader } from "./wal/header.ts";
import type { WriterContext } from "./writer_context.ts";
import type { WriterRole, WriterStatus } from "./writer_status.ts";

/** While uploads wait for their time, the WAL is captured this often, in milliseconds. */
const CAPTURE_INTERVAL_MS = 50;

/** How long the write lock may be kept for uploads of what memory cannot hold, in milliseconds. */
const TAIL_HOLD_MS = 250;

/** The longest pause between two tries, in milliseconds, and once it is time to finish. */
const FAILURE_PAUSE_MS = 30_000;
const FINISH_PAUSE_MS = 1_000;

/** How many segments' worth may wait in memory; within the barrier more, as the WAL's tail has to be held. */
const QUEUE_SEGMENTS = 2;
const TAIL_SEGMENTS = 6;

/** One replica's loop: attach, capture, upload, snapshot, and recover from whatever fails. */
export class ReplicaWriter {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #sync: ReplicaSync;
  readonly #lineage: Lineage;
  readonly #snapshots: SnapshotKeeper;
  readonly #onStatus: () => void;
  readonly #wake = new Wake();
  readonly #lag = new LagWatch();
  #role: WriterRole = "waiting";
  #nextUploadAt = 0;
  #lastSyncAtMs: number | null = null;
  #error: ErrorReport | null = null;
  #failures = 0;
  readonly #finishing = new AbortController();

  /**
   * @param context What all writers share.
   * @param store This replica's objects.
   * @param decision What a look at the replica has found already; null to look when the time comes.
   * @param onStatus Called whenever {@linkcode ReplicaWriter.status} has changed.
   */
  constructor(context: WriterContext, store: ObjectStore, decision: ResumeDecision | null, onStatus: () => void) {
    this.#context = context;
    this.#store = store;
    this.#onStatus = onStatus;
    this.#sync = new ReplicaSync(store, context.settings.segmentBytesMax);
    this.#lineage = new Lineage(context, store, this.#sync, decision);
    this.#snapshots = new SnapshotKeeper(context, store, () => {
      this.#onStatus();
      this.#wake.ring();
    });
  }

  /** What it is doing. */
  get status(): WriterStatus {
    const position = this.#sync.position;
    return {
      replica: this.#store.url,
      role: this.#role,
      position: position === null ? null : formatPosition(position),
      lagBytes: Math.max(this.#sync.lagBytes, this.#snapshots.missingBytes),
      syncedNotice: this.#snapshots.exists ? this.#sync.uploadedNotice : 0,
      lastSyncAtMs: this.#lastSyncAtMs,
      error: this.#error,
      tally: { ...this.#sync.tally },
    };
  }

  /** The cursor in the live WAL, or null while there is none. */
  get cursor(): WalCursor | null {
    return this.#sync.place?.cursor ?? null;
  }

  /** Whether a barrier may begin: so little waits that memory holds the rest, or waiting longer would not help. */
  get isReadyForBarrier(): boolean {
    if (this.#sync.place === null || this.#snapshots.isRunning) return false;
    return this.#lag.isGrowing || this.#sync.queuedBytes <= this.#context.settings.segmentBytesMax;
  }

  /** Says that something was committed, or that it is time to look. */
  wake(): void {
    this.#wake.ring();
  }

  /**
   * Keeps the replica up to date until the signal fires, or another writer is found.
   *
   * @param signal Ends the loop.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#role !== "fenced") {
      try {
        await this.#round(signal);
        this.#recover();
        if (this.#finishing.signal.aborted && this.isSynced) return;
        await this.#wake.wait(this.#context.clock, this.#context.settings.monitorIntervalMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#fail(error, signal);
      }
    }
  }

  /** From now on nothing is paced, and {@linkcode ReplicaWriter.run} returns once everything is in the replica. */
  finish(): void {
    this.#finishing.abort();
    this.#wake.ring();
  }

  /** Whether everything that was announced is in the replica, and can be restored from it. */
  get isSynced(): boolean {
    return this.#role === "writer" && this.#snapshots.exists &&
      this.#sync.uploadedNotice >= this.#context.lastNotice() && this.#sync.lagBytes === 0;
  }

  /**
   * Captures all that is committed into memory, while nobody can append. What does not fit is uploaded meanwhile, for
   * a short time: an application that writes faster than the replica takes it is slowed down rather than lost.
   *
   * @returns Whether the WAL's end was reached.
   */
  async captureTail(): Promise<boolean> {
    const { clock, lastNotice, settings } = this.#context;
    const giveUpAt = clock.monotonic() + TAIL_HOLD_MS;
    while (!await this.#sync.capture(lastNotice(), TAIL_SEGMENTS * settings.segmentBytesMax)) {
      if (clock.monotonic() >= giveUpAt || this.#sync.isUploading) return false;
      try {
        await withDeadline(clock, TAIL_HOLD_MS, undefined, (signal) => this.#sync.upload(signal));
      } catch {
        return false; // this replica's own loop meets the same failure, and tells it
      }
    }
    return true;
  }

  /**
   * Goes on with the next WAL, at once; all of the present one is captured.
   *
   * @param header The new WAL's header.
   */
  followRestart(header: WalHeader): Promise<void> {
    this.#lineage.followRestart(header);
    // A tail that is in memory only: until it is uploaded, a crash costs the generation.
    if (this.#sync.queuedBytes > 0) this.#nextUploadAt = 0;
    this.#wake.ring();
    return this.#lineage.remember();
  }

  /** Gives the generation up, as frames of the WAL will be lost to it. The next round begins a new one. */
  async abandon(reason: GenerationReason): Promise<void> {
    this.#lineage.abandon(reason);
    await this.#snapshots.reset({ exists: false });
    this.#onStatus();
  }

  /** Ends a snapshot that is under way. */
  cancelSnapshot(): Promise<void> {
    return this.#snapshots.cancel();
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (this.#sync.place === null) {
      const { hasSnapshot } = await this.#lineage.attach(signal);
      await this.#snapshots.reset({ exists: hasSnapshot });
      this.#role = "writer";
    }
    const { clock, settings, lastNotice, walMutex, walFile } = this.#context;
    while (!signal.aborted && this.#sync.place !== null) {
      await this.#snapshots.ensure(() => this.#sync.place);
      const notice = lastNotice();
      const reachedEnd = await walMutex.run(() =>
        this.#sync.capture(notice, QUEUE_SEGMENTS * settings.segmentBytesMax)
      );
      if (reachedEnd) this.#lag.caughtUp();
      else this.#lag.fellBehind(await walFile.sizeBytes() - (this.cursor?.offset ?? 0));
      if (!this.#finishing.signal.aborted) await this.#context.checkpointIfLarge();
      const waitMs = this.#nextUploadAt - clock.monotonic();
      const isFull = this.#sync.queuedBytes >= settings.segmentBytesMax;
      if (this.#sync.queuedBytes > 0 && waitMs > 0 && !isFull && !this.#finishing.signal.aborted) {
        await clock.sleep(Math.min(waitMs, CAPTURE_INTERVAL_MS), signal);
        continue;
      }
      await this.#uploadAll(signal);
      if (reachedEnd) break;
    }
    // Once it is time to finish, a new WAL would keep those waiting whose loops have ended.
    if (!this.#finishing.signal.aborted) await this.#context.checkpointIfDue();
  }

  async #uploadAll(signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#context;
    const startedAt = clock.monotonic();
    for (let at = startedAt; await this.#sync.upload(signal); at = clock.monotonic()) {
      this.#nextUploadAt = startedAt + settings.syncIntervalMs;
      this.#lastSyncAtMs = clock.now();
      this.#sync.tally.uploadMs += clock.monotonic() - at;
      this.#onStatus();
    }
    if (this.#sync.position !== null) this.#snapshots.advance(this.#sync.position);
    this.#onStatus();
  }

  async #fail(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof ForeignWriterError) {
      this.#role = "fenced";
      this.#error = reportError(error);
      await this.#snapshots.cancel();
      this.#context.emit({ type: "fenced", replica: this.#store.url, key: error.key });
      this.#onStatus();
      return;
    }
    if (error instanceof WalDiscontinuity) await this.abandon(error.reason);
    const { clock, random } = this.#context;
    const isFinishing = this.#finishing.signal.aborted;
    const pauses = { random, basePauseMs: 500, maxPauseMs: isFinishing ? FINISH_PAUSE_MS : FAILURE_PAUSE_MS };
    const nextTryMs = pauseMs(++this.#failures, error instanceof ReplicateError ? error.retryAfterMs : 0, pauses);
    this.#error = reportError(error);
    this.#context.emit({ type: "sync-failed", replica: this.#store.url, error: this.#error, nextTryMs });
    this.#onStatus();
    await pause(clock, nextTryMs, isFinishing ? signal : AbortSignal.any([signal, this.#finishing.signal]));
  }

  #recover(): void {
    if (!this.#snapshots.exists && this.#failures > 0) return; // not before the generation can be restored
    this.#failures = 0;
    if (this.#error === null) return;
    this.#error = null;
    this.#context.emit({ type: "sync-recovered", replica: this.#store.url });
    this.#onStatus();
  }
}
