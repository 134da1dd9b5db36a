/**
 * Keeping one replica up to date with the live database.
 *
 * @module
 */

import type { GenerationReason } from "./events.ts";
import { Housekeeping } from "./housekeeping.ts";
import { LagWatch } from "./lag_watch.ts";
import { Lineage } from "./lineage.ts";
import type { ObjectStore } from "./object_store.ts";
import { Ownership } from "./ownership.ts";
import { formatPosition } from "./position.ts";
import type { ResumeDecision } from "./resume.ts";
import { type CapturedWal, ForeignWriterError, ReplicaSync } from "./sync.ts";
import { captureTail } from "./tail.ts";
import { UploadPace } from "./upload_pace.ts";
import { Wake } from "./wake.ts";
import { WalDiscontinuity } from "./wal_cursor.ts";
import type { WalHeader } from "./wal/header.ts";
import type { WriterContext } from "./writer_context.ts";
import type { WriterRole, WriterStatus } from "./writer_status.ts";
import { WriterTrouble } from "./writer_trouble.ts";

/** So many segments may wait for their upload. */
const QUEUE_SEGMENTS = 2;

/** One replica's loop: attach, capture, upload, snapshot, and recover from whatever fails. */
export class ReplicaWriter {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #sync: ReplicaSync;
  readonly #lineage: Lineage;
  readonly #snapshots: Housekeeping;
  readonly #onStatus: () => void;
  readonly #wake = new Wake();
  readonly #lag = new LagWatch();
  readonly #pace: UploadPace;
  #role: WriterRole = "waiting";
  #lastSyncAtMs: number | null = null;
  readonly #finishing = new AbortController();
  readonly #trouble: WriterTrouble;
  /** Whether the generation has a snapshot, and was ours after that. */
  #isRestorable = false;

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
    this.#pace = new UploadPace(context.settings.syncIntervalMs);
    this.#trouble = new WriterTrouble(context, store.url, this.#finishing.signal);
    this.#sync = new ReplicaSync(store, context.settings.segmentBytesMax, new Ownership(store, context));
    this.#lineage = new Lineage(context, store, this.#sync, decision);
    this.#snapshots = new Housekeeping(context, store, () => {
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
      syncedNotice: this.#isRestorable ? this.#sync.uploadedNotice : 0,
      lastSyncAtMs: this.#lastSyncAtMs,
      error: this.#trouble.error,
      lastValidation: this.#snapshots.lastValidation,
      tally: { ...this.#sync.tally },
    };
  }

  /** The cursor in the live WAL, or null while there is none. */
  get cursor(): CapturedWal | null {
    return this.#sync.place?.cursor ?? null;
  }

  /** Whether a barrier may begin: so little waits that memory holds the rest, or waiting longer would not help. */
  get isReadyForBarrier(): boolean {
    if (this.#sync.place === null || this.#snapshots.isRunning) return false;
    return this.#lag.isGrowing || this.#sync.queuedBytes <= this.#context.settings.segmentBytesMax;
  }

  /** Says that something was committed, or that it is time to look; or that those are back whom the last upload answered. */
  wake(why?: "gathered"): void {
    if (why === "gathered") this.#pace.gathered(this.#context.clock.monotonic());
    else this.#wake.ring();
  }

  /** Keeps the replica up to date until the signal fires, or another writer is found. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#role !== "fenced") {
      try {
        await this.#round(signal);
        const isInTrouble = !this.#snapshots.exists && this.#trouble.isPresent; // until the generation can be restored
        if (!isInTrouble && this.#trouble.clear()) this.#onStatus();
        if (this.#finishing.signal.aborted && this.isSynced) return await this.#close(signal);
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
    this.#snapshots.finish();
    this.#wake.ring();
  }

  /** Whether everything that was announced is in the replica, and can be restored from it. */
  get isSynced(): boolean {
    return this.#role === "writer" && this.#isRestorable &&
      this.#sync.uploadedNotice >= this.#context.lastNotice() && this.#sync.lagBytes === 0;
  }

  /** Captures all that is committed into memory; see {@linkcode captureTail}. */
  captureTail(): Promise<boolean> {
    return captureTail(this.#sync, this.#context);
  }

  /**
   * Whether there is something new to capture. A first snapshot makes a generation restorable, but whoever has taken it away
   * from us meanwhile has not seen it: one more segment has to be created before anything counts as safe.
   */
  async #needsProof(): Promise<boolean> {
    if (this.#isRestorable || !this.#snapshots.exists || this.#sync.queuedBytes > 0) return false;
    await this.#context.database.bump();
    this.#pace.hurry(); // the proof does not wait either
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
    if (this.#sync.queuedBytes > 0) this.#pace.hurry();
    this.#wake.ring();
    return this.#lineage.remember();
  }

  /** Gives the generation up, as frames of the WAL will be lost to it. The next round begins a new one. */
  async abandon(reason: GenerationReason): Promise<void> {
    this.#lineage.abandon(reason);
    this.#isRestorable = false;
    await this.#snapshots.reset({ exists: false });
    this.#onStatus();
  }

  /** Ends a snapshot that is under way, and whatever else runs beside the loop. */
  cancelSnapshot(): Promise<void> {
    return this.#snapshots.cancel();
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (this.#sync.place === null) await this.#attach(signal);
    if (this.#sync.place?.isSealed) await this.#context.restartWal({ isAttached: true });
    const { clock, settings, walFile } = this.#context;
    while (!signal.aborted && this.#sync.place !== null) {
      const wasOwner = this.#role === "writer";
      if (wasOwner) await this.#snapshots.ensure(() => this.#sync.place);
      const reachedEnd = await this.#capture();
      if (reachedEnd && await this.#needsProof()) continue;
      if (reachedEnd) this.#lag.caughtUp();
      else this.#lag.fellBehind(await walFile.sizeBytes() - (this.cursor?.offset ?? 0));
      if (!this.#finishing.signal.aborted) await this.#context.checkpointIfLarge();
      const waitMs = this.#pace.waitMs(clock.monotonic());
      const isFull = this.#sync.queuedBytes >= settings.segmentBytesMax;
      const isPaced = this.#snapshots.exists && !this.#finishing.signal.aborted; // not before the first snapshot
      if (this.#sync.queuedBytes > 0 && waitMs > 0 && !isFull && isPaced) {
        await this.#pace.wait(clock, signal);
        continue;
      }
      await this.#uploadAll(signal);
      const hasClaimed = !wasOwner && this.#role === "writer"; // then there is more to do
      if (reachedEnd && !hasClaimed) break;
    }
    // Once it is time to finish, a new WAL would keep those waiting whose loops have ended.
    if (!this.#finishing.signal.aborted) await this.#context.checkpointIfDue();
  }

  /** Captures what is committed, and finds which notices that covers. */
  #capture(): Promise<boolean> {
    const { settings, lastNotice, walMutex } = this.#context;
    const notice = lastNotice();
    return walMutex.run(() => this.#sync.capture(notice, QUEUE_SEGMENTS * settings.segmentBytesMax));
  }

  async #attach(signal: AbortSignal): Promise<void> {
    const { hasSnapshot, isOwner } = await this.#lineage.attach(signal);
    await this.#snapshots.reset({ exists: hasSnapshot });
    this.#isRestorable = hasSnapshot;
    this.#role = isOwner ? "writer" : "waiting";
    this.#pace.hurry();
  }

  /** Closes the log, so that whoever comes next need not wait. */
  async #close(signal: AbortSignal): Promise<void> {
    if (this.#context.closesLog && await this.#context.isFenced(this.#store, signal)) await this.#sync.close(signal);
  }

  async #uploadAll(signal: AbortSignal): Promise<void> {
    const { clock, walMutex } = this.#context;
    for (let turnAt = clock.monotonic(), beganAt = turnAt;; beganAt = clock.monotonic()) {
      const hasSnapshot = this.#snapshots.exists; // asked before: what is created after it proves that the log is ours
      if (!await this.#sync.upload(signal)) break;
      this.#role = "writer";
      this.#isRestorable = hasSnapshot;
      this.#lastSyncAtMs = clock.now();
      this.#sync.tally.uploadMs += this.#pace.uploaded({ turnAt, beganAt, endedAt: clock.monotonic() });
      if ((this.#sync.uploadedEnd?.offset ?? 0) <= this.#context.bumpEnd()) this.#pace.hurry(); // nothing but our own commit
      this.#snapshots.count(this.#sync.uploadedEnd);
      if (this.#sync.queuedBytes > 0 || !walMutex.isFree) this.#onStatus(); // who has the WAL may keep it for a while
      if (this.#sync.queuedBytes === 0) break;
    }
    if (this.#pace.waitMs(clock.monotonic()) > 0) await this.#capture(); // some of it was announced late, and is safe now
    this.#snapshots.advance(this.#sync.position);
    this.#onStatus();
  }

  async #fail(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof ForeignWriterError) {
      this.#role = "fenced";
      this.#trouble.end(error);
      await this.#snapshots.cancel();
      this.#context.emit({ type: "fenced", replica: this.#store.url, key: error.key });
      this.#onStatus();
      return;
    }
    if (error instanceof WalDiscontinuity) await this.abandon(error.reason);
    const nextTryMs = this.#trouble.add(error);
    this.#onStatus();
    await this.#trouble.wait(nextTryMs, signal);
  }
}
