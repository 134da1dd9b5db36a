/**
 * Seeing to it that a generation has the snapshot without which it cannot be restored.
 *
 * @module
 */

import type { ObjectStore } from "./object_store.ts";
import type { Position } from "./position.ts";
import { SnapshotTask } from "./snapshot_task.ts";
import type { SyncPlace } from "./sync.ts";
import type { WriterContext } from "./writer_context.ts";

/** Begins a snapshot where there is none, and keeps account of it. */
export class SnapshotKeeper {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #onChange: () => void;
  #task: SnapshotTask | null = null;
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
  }

  /** Whether the generation has a snapshot. */
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

  /**
   * Forgets the last generation's snapshot.
   *
   * @param generation Whether the generation that begins or goes on has one.
   */
  async reset({ exists }: { readonly exists: boolean }): Promise<void> {
    await this.cancel();
    this.#failure = null;
    this.#exists = exists;
  }

  /**
   * Begins a snapshot unless there is one, or one is being made.
   *
   * @param placeNow The WAL that is being written.
   * @throws What made the last one fail: it happened beside the loop, and is told and waited for in the loop.
   */
  async ensure(placeNow: () => SyncPlace | null): Promise<void> {
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
    if (this.#exists || this.#task !== null) return;
    this.#task = await SnapshotTask.begin(this.#context, this.#store, placeNow, {
      onWritten: () => this.#end({ exists: true, failure: null }),
      onFailed: (error) => this.#end({ exists: false, failure: error }),
    });
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
    await task?.cancel();
  }

  #end({ exists, failure }: { readonly exists: boolean; readonly failure: unknown }): void {
    this.#task = null;
    this.#exists = exists;
    this.#failure = failure;
    this.#onChange();
  }
}
