/**
 * Seeing to it that a generation has the snapshot without which it cannot be restored, and later ones in time.
 *
 * @module
 */

import { reportError } from "./errors.ts";
import type { GenerationListing } from "./listing.ts";
import type { ObjectStore } from "./object_store.ts";
import { type Position, WAL_BYTES_MAX } from "./position.ts";
import { SnapshotSchedule } from "./snapshot_schedule.ts";
import { SnapshotTask } from "./snapshot_task.ts";
import type { SyncPlace } from "./sync.ts";
import type { WriterContext } from "./writer_context.ts";

/** A WAL that has grown to this while a later snapshot keeps it from being restarted is worth more than that, in bytes. */
const PINNED_WAL_BYTES_MAX = WAL_BYTES_MAX / 2;

/** Begins a snapshot where there is none, or where another one is due, and keeps account of it. */
export class SnapshotKeeper {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #onChange: () => void;
  readonly #schedule: SnapshotSchedule;
  #task: SnapshotTask | null = null;
  /** Makes the account as it was before the task began. */
  #forgetTask: () => void = () => undefined;
  #failure: unknown = null;
  #exists = false;

  /**
   * @param context What all writers share.
   * @param store Where the snapshot is to go.
   * @param onChange Called when a snapshot was written, or failed.
   */
  constructor(context: WriterContext, store: ObjectStore, onChange: () => void) {
    this.#context = context;
    this.#store = store;
    this.#onChange = onChange;
    this.#schedule = new SnapshotSchedule(context);
  }

  /** Whether the generation has a snapshot. That a later one fails does not change it. */
  get exists(): boolean {
    return this.#exists;
  }

  /** How large the snapshot is that is missing, in bytes; 1 while that is not known, and 0 when none is missing. */
  get missingBytes(): number {
    return this.#exists ? 0 : this.#task?.databaseBytes ?? 1;
  }

  /** Whether one is being made: no checkpoint may run meanwhile. */
  get isRunning(): boolean {
    return this.#task !== null;
  }

  /** Whether {@linkcode SnapshotKeeper.learn} would be of use: the generation has snapshots that are not known of. */
  get isIgnorant(): boolean {
    return this.#exists && this.#schedule.isIgnorant;
  }

  /**
   * Forgets the last generation's snapshot.
   *
   * @param generation Whether the generation that begins or goes on has one.
   */
  async reset({ exists }: { readonly exists: boolean }): Promise<void> {
    await this.cancel();
    this.#failure = null;
    this.#exists = exists;
    this.#schedule.reset();
  }

  /**
   * Begins the first snapshot of a generation, unless there is one, or one is being made.
   *
   * @param placeNow The WAL that is being written.
   * @throws What made the last one fail: it happened beside the loop, and is told and waited for in the loop.
   */
  async ensure(placeNow: () => SyncPlace | null): Promise<void> {
    const place = placeNow();
    if (place !== null) this.#schedule.startAt({ index: place.index, offset: place.cursor.offset });
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
    if (!this.#exists && this.#task === null) await this.#begin(placeNow);
  }

  /**
   * Begins another snapshot when one is due. What makes it fail is told, and stops nothing else.
   *
   * @param placeNow The WAL that is being written.
   */
  async renew(placeNow: () => SyncPlace | null): Promise<void> {
    const place = placeNow();
    if (place === null || !this.#exists) return;
    if (this.#task === null) {
      if (this.#schedule.isDue(place.index)) await this.#begin(placeNow);
    } else if (place.cursor.offset > PINNED_WAL_BYTES_MAX) {
      await this.cancel();
      this.#tellFailure(new RangeError("The WAL has grown too long while the snapshot kept it from being restarted"));
    }
  }

  /**
   * Learns from the replica which snapshots it has.
   *
   * @param listing The generation.
   */
  learn(listing: GenerationListing): void {
    this.#schedule.learn(listing);
  }

  /**
   * Counts what was uploaded.
   *
   * @param end Where the last segment ends.
   * @returns Whether anything of it was the application's.
   */
  count(end: Pick<Position, "index" | "offset">): boolean {
    return this.#schedule.uploaded(end);
  }

  /**
   * Starts the upload once the replica has come far enough.
   *
   * @param uploaded How far it has come.
   */
  advance(uploaded: Position): void {
    this.#task?.advance(uploaded);
  }

  /** Gives up what is under way. */
  async cancel(): Promise<void> {
    const task = this.#task;
    this.#task = null;
    if (task !== null) this.#forgetTask();
    await task?.cancel();
  }

  async #begin(placeNow: () => SyncPlace | null): Promise<void> {
    const task = await SnapshotTask.begin(this.#context, this.#store, placeNow, {
      onWritten: () => this.#end(() => this.#conclude(task?.position)),
      onFailed: (error) => this.#end(() => this.#fail(error)),
    });
    if (task !== null) this.#forgetTask = this.#schedule.begin(task.position);
    this.#task = task;
  }

  #end(conclude: () => void): void {
    this.#task = null;
    conclude();
    this.#onChange();
  }

  #conclude(position: Position | undefined): void {
    this.#exists = true;
    if (position !== undefined) this.#schedule.written(position);
  }

  #fail(error: unknown): void {
    this.#forgetTask();
    if (this.#exists) this.#tellFailure(error);
    else this.#failure = error;
  }

  #tellFailure(error: unknown): void {
    const nextTryMs = this.#schedule.failed();
    this.#context.emit({ type: "snapshot-failed", replica: this.#store.url, error: reportError(error), nextTryMs });
  }
}
