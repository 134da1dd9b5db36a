/**
 * Validating the replica while it is being written.
 *
 * @module
 */

import { ReplicateError, reportError } from "./errors.ts";
import type { ObjectStore } from "./object_store.ts";
import { beginPinnedRead, type PinnedRead } from "./pinned_read.ts";
import { comparePlaces, formatPosition, type Position, WAL_BYTES_MAX } from "./position.ts";
import type { SyncPlace } from "./sync.ts";
import { validateReplica } from "./validation.ts";
import type { WriterContext } from "./writer_context.ts";
import type { ValidationResult } from "./writer_status.ts";

/** The first validation comes this long after the start at the latest, so that frequent starts do not put it off. */
const FIRST_MS_MAX = 3_600_000;

/** How long to wait when nothing was found out, in milliseconds, unless the interval is shorter. */
const SKIPPED_PAUSE_MS = 600_000;

/** A WAL that has grown to this while the comparison keeps it from being restarted is worth more than that, in bytes. */
const PINNED_WAL_BYTES_MAX = WAL_BYTES_MAX / 2;

interface Task {
  readonly pinned: PinnedRead;
  readonly stop: AbortController;
  running: Promise<void> | null;
}

/** Validates one replica at intervals, if anything was written meanwhile. */
export class ValidationTask {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #onChange: () => void;
  #task: Task | null = null;
  #last: ValidationResult | null = null;
  #isWritten = false;
  #dueAtMs: number;

  /**
   * @param context What all writers share.
   * @param store The replica's objects.
   * @param onChange Called when there is a result.
   */
  constructor(context: WriterContext, store: ObjectStore, onChange: () => void) {
    this.#context = context;
    this.#store = store;
    this.#onChange = onChange;
    this.#dueAtMs = context.clock.monotonic() + Math.min(context.settings.validationIntervalMs, FIRST_MS_MAX);
  }

  /** What was found out last, or null. */
  get last(): ValidationResult | null {
    return this.#last;
  }

  /** Whether one is under way: no snapshot may begin, and no checkpoint could be complete. */
  get isRunning(): boolean {
    return this.#task !== null;
  }

  /** Says that the application has written something. */
  noteWrite(): void {
    this.#isWritten = true;
  }

  /**
   * Begins a validation when one is due.
   *
   * @param placeNow The WAL that is being written.
   */
  async beginIfDue(placeNow: () => SyncPlace | null): Promise<void> {
    const { clock, settings } = this.#context;
    if (this.#task !== null) return await this.#giveUpWhenLong(this.#task, placeNow());
    const isDue = settings.validationIntervalMs > 0 && this.#isWritten && clock.monotonic() >= this.#dueAtMs;
    if (!isDue) return;
    try {
      const pinned = await beginPinnedRead(this.#context, placeNow);
      if (pinned === null) throw new ReplicateError("database-busy", "The write lock was not to be had");
      this.#isWritten = false;
      this.#task = { pinned, stop: new AbortController(), running: null };
    } catch (error) {
      this.#skip(error);
    }
  }

  /**
   * Starts the comparison once the replica has come far enough.
   *
   * @param uploaded How far it has come.
   */
  advance(uploaded: Position): void {
    const task = this.#task;
    if (task === null || task.running !== null || comparePlaces(uploaded, task.pinned.position) < 0) return;
    task.running = this.#run(task);
  }

  /** Gives up what is under way; resolves when its read transaction is ended and its file is removed. */
  async cancel(): Promise<void> {
    const task = this.#task;
    if (task === null) return;
    this.#task = null;
    this.#isWritten = true;
    task.stop.abort(new DOMException("The validation is not wanted any more", "AbortError"));
    if (task.running === null) task.pinned.read[Symbol.dispose]();
    await task.running;
  }

  async #run(task: Task): Promise<void> {
    const { clock, random, state } = this.#context;
    const startedAt = clock.monotonic();
    try {
      const { signal } = task.stop;
      const options = { folder: state.folder, clock, random, signal };
      const fault = await validateReplica(this.#store, task.pinned, options);
      if (!signal.aborted) this.#conclude(task.pinned, fault, clock.monotonic() - startedAt);
    } catch (error) {
      if (!task.stop.signal.aborted) this.#skip(error);
    } finally {
      task.pinned.read[Symbol.dispose]();
      if (this.#task === task) this.#task = null;
    }
    this.#onChange();
  }

  #conclude({ position, read }: PinnedRead, fault: ReplicateError | null, durationMs: number): void {
    const { clock, emit, settings } = this.#context;
    const replica = this.#store.url;
    const place = formatPosition(position);
    this.#dueAtMs = clock.monotonic() + settings.validationIntervalMs;
    this.#last = { atMs: clock.now(), ok: fault === null, message: fault?.message ?? null };
    if (fault === null) {
      emit({ type: "validated", replica, position: place, databaseBytes: read.pageCount * read.pageBytes, durationMs });
    } else {
      emit({ type: "validation-failed", replica, position: place, error: reportError(fault) });
    }
  }

  #skip(error: unknown): void {
    const { clock, emit, settings } = this.#context;
    this.#isWritten = true;
    this.#dueAtMs = clock.monotonic() + Math.min(settings.validationIntervalMs, SKIPPED_PAUSE_MS);
    emit({ type: "validation-skipped", replica: this.#store.url, error: reportError(error) });
  }

  async #giveUpWhenLong(task: Task, place: SyncPlace | null): Promise<void> {
    const offset = place?.index === task.pinned.position.index ? place.cursor.offset : 0;
    if (offset <= PINNED_WAL_BYTES_MAX) return;
    await this.cancel();
    this.#skip(new RangeError("The WAL has grown too long while the comparison kept it from being restarted"));
  }
}
