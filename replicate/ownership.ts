/**
 * Whether a log that was left alone for long is still ours.
 *
 * Every create is refused where somebody else has written. But whoever took the log over may have deleted since, as too
 * old, what it wrote in our place: then the key is free again, and a create proves nothing.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { generationPrefix } from "./object_key.ts";
import type { ObjectStore } from "./object_store.ts";
import { comparePlaces, type Position } from "./position.ts";
import { readHistory } from "./replica.ts";

/**
 * How long the last create counts, in milliseconds: half of the shortest retention, so that what is looked for cannot
 * have been deleted. A request that was signed but is late is refused by the bucket after a quarter of an hour.
 */
export const CONFIRMED_FOR_MS = 1_800_000;

type IsFenced = (store: ObjectStore, signal: AbortSignal) => Promise<boolean>;

/** Keeps the time of the last proof, and looks for another one when it is old. */
export class Ownership {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #isFenced: IsFenced;
  /** On both clocks: the one may be set back, the other may stand still while the machine sleeps. */
  #confirmedAt: { readonly wallMs: number; readonly monotonicMs: number };

  /**
   * @param store The replica's objects.
   * @param context Time, and whether the store keeps writers apart at all.
   */
  constructor(store: ObjectStore, { clock, isFenced }: { readonly clock: Clock; readonly isFenced: IsFenced }) {
    this.#store = store;
    this.#clock = clock;
    this.#isFenced = isFenced;
    this.#confirmedAt = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
  }

  /** Says that the log is ours at this moment: something was created in it, or it was looked at. */
  confirm(): void {
    this.#confirmedAt = { wallMs: this.#clock.now(), monotonicMs: this.#clock.monotonic() };
  }

  /**
   * Looks at the replica if the last proof is old.
   *
   * @param position Up to where the log is ours.
   * @param signal Gives up.
   * @returns Null when it is still ours; else what stands in the way.
   * @throws {ReplicateError} `store-unavailable` or `store-refused`, or `object-damaged` for a link of the chain.
   */
  async findLoss(position: Position, signal: AbortSignal): Promise<string | null> {
    const { wallMs, monotonicMs } = this.#confirmedAt;
    const ageMs = Math.max(this.#clock.now() - wallMs, this.#clock.monotonic() - monotonicMs);
    if (ageMs < CONFIRMED_FOR_MS || !await this.#isFenced(this.#store, signal)) return null;
    const { newest, isChained } = await readHistory(this.#store, { signal });
    if (!isChained || newest?.generation !== position.generation) return generationPrefix(position.generation);
    // What stands at the position itself may be ours, from a try whose reply was lost: the create tells.
    const beyond = newest.segments.find((segment) => comparePlaces(segment, position) > 0);
    if (beyond !== undefined) return beyond.key;
    const lastIndex = position.offset > 0 ? position.index : position.index - 1;
    const hasOwn = lastIndex < 0 || newest.segments.some(({ index }) => index === lastIndex);
    if (!hasOwn) return generationPrefix(position.generation);
    this.confirm();
    return null;
  }
}
