/**
 * What a replica needs besides its segments: snapshots, room, and a look at whether it is what it should be.
 *
 * @module
 */

import type { Generation } from "./generation.ts";
import type { GenerationListing } from "./listing.ts";
import type { ObjectStore } from "./object_store.ts";
import type { Position } from "./position.ts";
import { listReplica } from "./replica.ts";
import { Retention } from "./retention.ts";
import { nextRetentionInMs } from "./retention_plan.ts";
import { SnapshotKeeper } from "./snapshot_keeper.ts";
import type { SyncPlace } from "./sync.ts";
import { ValidationTask } from "./validation_task.ts";
import type { WriterContext } from "./writer_context.ts";
import type { ValidationResult } from "./writer_status.ts";

/** The replica is listed at most this often but for a new snapshot, in milliseconds, and only after an upload. */
const SURVEY_INTERVAL_MS = 3_600_000;

interface Survey {
  readonly stop: AbortController;
  readonly running: Promise<void>;
}

/** Sees to one replica for its writer. What takes long runs beside the writer's loop; nothing runs when nothing is written. */
export class Housekeeping {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #onChange: () => void;
  readonly #snapshots: SnapshotKeeper;
  readonly #retention: Retention;
  readonly #validation: ValidationTask;
  #survey: Survey | null = null;
  #isFinishing = false;
  #isSurveyWanted = false;
  #surveyDueAtMs = -Infinity;

  /**
   * @param context What all writers share.
   * @param store The replica's objects.
   * @param onChange Called when something that took long has ended.
   */
  constructor(context: WriterContext, store: ObjectStore, onChange: () => void) {
    this.#context = context;
    this.#store = store;
    this.#onChange = onChange;
    this.#snapshots = new SnapshotKeeper(context, store, () => {
      this.#isSurveyWanted = true; // a new snapshot may make older objects superfluous
      onChange();
    });
    this.#retention = new Retention(context, store);
    this.#validation = new ValidationTask(context, store, onChange);
  }

  /** Whether the generation has a snapshot. */
  get exists(): boolean {
    return this.#snapshots.exists;
  }

  /** How large the snapshot is that is missing, in bytes; 0 when none is missing. */
  get missingBytes(): number {
    return this.#snapshots.missingBytes;
  }

  /** Whether the database is being read for long: no checkpoint may run meanwhile. */
  get isRunning(): boolean {
    return this.#snapshots.isRunning || this.#validation.isRunning;
  }

  /** What the last validation found, or null. */
  get lastValidation(): ValidationResult | null {
    return this.#validation.last;
  }

  /**
   * Begins anew, for a generation that begins or goes on.
   *
   * @param generation Whether it has a snapshot.
   */
  async reset(generation: { readonly exists: boolean }): Promise<void> {
    await this.cancel();
    await this.#snapshots.reset(generation);
    this.#isSurveyWanted = false;
    this.#surveyDueAtMs = -Infinity;
  }

  /**
   * Begins what is due. Only to be called by the replica's writer.
   *
   * @param placeNow The WAL that is being written.
   * @throws What made the first snapshot of the generation fail.
   */
  async ensure(placeNow: () => SyncPlace | null): Promise<void> {
    await this.#snapshots.ensure(placeNow);
    if (this.#isFinishing || !this.exists) return;
    if (!this.#validation.isRunning) await this.#snapshots.renew(placeNow);
    if (!this.#snapshots.isRunning) await this.#validation.beginIfDue(placeNow);
    const generation = placeNow()?.generation;
    if (generation !== undefined && this.#isSurveyDue()) this.#beginSurvey(generation);
  }

  /**
   * Counts what was uploaded.
   *
   * @param end Where the last segment ends, or null before the first.
   */
  count(end: Pick<Position, "index" | "offset"> | null): void {
    if (end === null || !this.#snapshots.count(end)) return;
    // At an upload and not later: whatever time passes, nothing is asked of the store while nothing is written.
    if (this.#context.clock.monotonic() >= this.#surveyDueAtMs) this.#isSurveyWanted = true;
    this.#validation.noteWrite();
  }

  /**
   * Goes on with what has waited for uploads.
   *
   * @param uploaded How far the replica has come, or null while nothing is being written.
   */
  advance(uploaded: Position | null): void {
    if (uploaded === null) return;
    this.#snapshots.advance(uploaded);
    this.#validation.advance(uploaded);
  }

  /** From now on nothing begins but a first snapshot, without which the generation could not be restored. */
  finish(): void {
    this.#isFinishing = true;
  }

  /** Gives up what is under way. */
  async cancel(): Promise<void> {
    const survey = this.#survey;
    this.#survey = null;
    survey?.stop.abort(new DOMException("The replica is not ours any more, or it is time to end", "AbortError"));
    await Promise.all([this.#snapshots.cancel(), this.#validation.cancel(), survey?.running]);
  }

  #isSurveyDue(): boolean {
    const { settings } = this.#context;
    if (this.#survey !== null || !this.#isSurveyWanted) return false;
    const isRenewed = settings.snapshotIntervalMs > 0 || settings.snapshotWalRatio > 0;
    return settings.retentionMs > 0 || isRenewed && this.#snapshots.isIgnorant;
  }

  #beginSurvey(generation: Generation): void {
    this.#isSurveyWanted = false;
    this.#surveyDueAtMs = this.#context.clock.monotonic() + SURVEY_INTERVAL_MS;
    const stop = new AbortController();
    const running = this.#lookAtReplica(generation, stop.signal).finally(() => {
      if (this.#survey?.stop === stop) this.#survey = null;
    });
    this.#survey = { stop, running };
  }

  async #lookAtReplica(generation: Generation, signal: AbortSignal): Promise<void> {
    try {
      const listing = await listReplica(this.#store, { signal });
      const own = listing.find((candidate) => candidate.generation === generation);
      if (own !== undefined && !signal.aborted) {
        this.#snapshots.learn(own);
        this.#onChange(); // a snapshot may be due
      }
      if (this.#context.settings.retentionMs > 0) await this.#applyRetention(generation, listing, signal);
    } catch (error) {
      if (!signal.aborted) this.#retention.tell(error);
    }
  }

  /** An object that cannot be superfluous before tomorrow is not worth a listing today. */
  async #applyRetention(
    current: Generation,
    listing: readonly GenerationListing[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#retention.apply(current, listing, signal);
    const { clock, settings } = this.#context;
    const inMs = nextRetentionInMs(listing, { current, windowStartMs: clock.now() - settings.retentionMs });
    this.#surveyDueAtMs = Math.max(this.#surveyDueAtMs, clock.monotonic() + inMs);
  }
}
