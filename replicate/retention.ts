/**
 * Deleting what no restore needs any more.
 *
 * @module
 */

import { ReplicateError, reportError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import type { GenerationListing, SnapshotInfo } from "./listing.ts";
import type { ObjectInfo, ObjectStore } from "./object_store.ts";
import { listReplica } from "./replica.ts";
import { planRetention, type RetentionPlan } from "./retention_plan.ts";
import { checkSnapshot } from "./snapshot_check.ts";
import type { WriterContext } from "./writer_context.ts";

/** As many objects as one request deletes. */
const BATCH_KEYS = 1_000;

/** Deletes old objects of a replica. Only its writer may do so. */
export class Retention {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  /** The snapshot that was read and found good, as key and time. */
  #checked = "";
  /** A failure is told once, until it is another one or deleting works again. */
  #told = "";

  /**
   * @param context Clock, bounds and events.
   * @param store The replica's objects.
   */
  constructor(context: WriterContext, store: ObjectStore) {
    this.#context = context;
    this.#store = store;
  }

  /**
   * Deletes what is too old. Never anything that a restore of a state within the retention needs.
   *
   * @param current The generation that is being written.
   * @param listing The replica as it was a moment ago.
   * @param signal Gives up between two requests.
   * @throws {ReplicateError} When the store does not answer or refuses, or when objects are there after they were
   * deleted.
   */
  async apply(current: Generation, listing: readonly GenerationListing[], signal: AbortSignal): Promise<void> {
    const windowStartMs = this.#context.clock.now() - this.#context.settings.retentionMs;
    const plan = (from: readonly GenerationListing[]): RetentionPlan => planRetention(from, { current, windowStartMs });
    const first = plan(listing);
    if (first.current.length + first.older.length === 0) return;
    if (first.older.length > 0) await this.#checkNewest(current, listing, signal);
    const { current: dead, older } = plan(await listReplica(this.#store, { signal }));
    const objects = first.older.length > 0 ? [...dead, ...older] : dead;
    await this.#delete(objects, signal);
    this.#told = "";
    const bytes = objects.reduce((sum, { size }) => sum + size, 0);
    this.#context.emit({ type: "retention-applied", replica: this.#store.url, objects: objects.length, bytes });
  }

  /**
   * Tells that old objects could not be deleted, unless that was told before.
   *
   * @param error Why.
   */
  tell(error: unknown): void {
    const report = reportError(error);
    if (this.#told === report.code) return;
    this.#told = report.code;
    this.#context.emit({ type: "retention-failed", replica: this.#store.url, error: report });
  }

  /** Before what came earlier is deleted, what there is now has to be good: read once, and for each snapshot once. */
  async #checkNewest(current: Generation, listing: readonly GenerationListing[], signal: AbortSignal): Promise<void> {
    const snapshot: SnapshotInfo | undefined = listing.find(({ generation }) => generation === current)?.snapshots.at(
      -1,
    );
    if (snapshot === undefined) return;
    const name = `${snapshot.key} ${snapshot.modifiedAtMs}`;
    if (this.#checked === name) return;
    const { clock, random } = this.#context;
    await checkSnapshot(this.#store, snapshot, { clock, random, signal });
    this.#checked = name;
  }

  async #delete(objects: readonly ObjectInfo[], signal: AbortSignal): Promise<void> {
    const keys = objects.map(({ key }) => key);
    for (let start = 0; start < keys.length; start += BATCH_KEYS) {
      signal.throwIfAborted();
      await this.#store.delete(keys.slice(start, start + BATCH_KEYS), { signal });
    }
    const dead = new Set(keys);
    const left = (await listReplica(this.#store, { signal }))
      .flatMap(({ snapshots, segments }) => [...snapshots, ...segments])
      .find(({ key }) => dead.has(key));
    if (left === undefined) return;
    throw new ReplicateError(
      "store-unavailable",
      `Cannot delete "${left.key}" as the store lists it after it said that it is deleted`,
      { retryable: true },
    );
  }
}
