/**
 * Lets everyone who arrives while a commit runs share the next one: one fsync, one WAL commit for many.
 *
 * @module
 */

import { afterPendingEvents, type Schedule } from "./clock.ts";
import { PasteError } from "./errors.ts";

/** How often a group may be looked at again before it is committed; a look takes microseconds. */
const MAX_LOOKS = 8;

/** What became of one item: a value, perhaps still on its way, or the error that concerns this item. */
export type Outcome<Result> = { readonly value: Result | PromiseLike<Result> } | { readonly error: unknown };

/** What a {@linkcode GroupCommit} is made of. */
export interface GroupCommitOptions<Item, Result> {
  /** Commits a group; answers with one outcome per item, in order. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  /** How many bytes an item counts for. */
  readonly sizeOf: (item: Item) => number;
  /** The most items in one group. */
  readonly maxItems: number;
  /** The most bytes in one group; a larger item makes a group of its own. */
  readonly maxBytes: number;
  /** The most bytes that may wait; a larger item may wait alone. */
  readonly maxQueuedBytes: number;
  /** Starts the next group. Default: when the events already waiting have been handled. */
  readonly schedule?: Schedule;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly resolve: (value: Result | PromiseLike<Result>) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue that commits in groups, one group at a time. */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  readonly #schedule: Schedule;
  #queue: Entry<Item, Result>[] = [];
  #queuedBytes = 0;
  #held = false;
  #scheduled = false;
  #running = false;
  #idleWaiters: (() => void)[] = [];

  /**
   * Makes an empty queue.
   *
   * @param options How to commit, and the limits.
   */
  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
    this.#schedule = options.schedule ?? afterPendingEvents;
  }

  /**
   * Adds an item to the next group.
   *
   * @param item What to commit.
   * @returns What the commit says of this item.
   * @throws {PasteError} `overloaded` when too much is waiting already.
   */
  submit(item: Item): Promise<Result> {
    const size = this.#options.sizeOf(item);
    if (this.#queue.length > 0 && this.#queuedBytes + size > this.#options.maxQueuedBytes) {
      throw new PasteError("overloaded", "Cannot store the paste as too many are waiting to be written: try again");
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#queue.push({ item, resolve, reject });
    this.#queuedBytes += size;
    this.#startSoon();
    return promise;
  }

  /** From now on no commit begins, until {@linkcode release}. Items queue up meanwhile. Level, not counted. */
  hold(): void {
    this.#held = true;
  }

  /** Lets commits begin again. */
  release(): void {
    this.#held = false;
    this.#startSoon();
  }

  /** Whether no commit may begin. */
  get held(): boolean {
    return this.#held;
  }

  /**
   * Waits until nothing is queued and no commit runs.
   *
   * @returns Resolves then; never while held with a queue.
   */
  idle(): Promise<void> {
    if (this.#queue.length === 0 && !this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #startSoon(): void {
    if (this.#scheduled || this.#running || this.#held || this.#queue.length === 0) return;
    this.#scheduled = true;
    this.#collect(0, 0);
  }

  /** Looks again as long as each look finds more: the next group's items tend to arrive together. */
  #collect(seen: number, looks: number): void {
    this.#schedule(() => {
      const { length } = this.#queue;
      if (length > seen && length < this.#options.maxItems && looks < MAX_LOOKS) {
        this.#collect(length, looks + 1);
        return;
      }
      this.#scheduled = false;
      this.#run();
    });
  }

  async #run(): Promise<void> {
    // A hold may have come between scheduling and now.
    if (this.#running || this.#held) return;
    this.#running = true;
    const group = this.#takeGroup();
    try {
      settle(group, await this.#options.commit(group.map((entry) => entry.item)));
    } catch (error) {
      for (const entry of group) entry.reject(error);
    }
    this.#running = false;
    this.#startSoon();
    if (this.#queue.length === 0) this.#idleWaiters.splice(0).forEach((resolve) => resolve());
  }

  #takeGroup(): Entry<Item, Result>[] {
    const { maxItems, maxBytes, sizeOf } = this.#options;
    let count = 0;
    let bytes = 0;
    for (const { item } of this.#queue) {
      const size = sizeOf(item);
      if (count > 0 && (count >= maxItems || bytes + size > maxBytes)) break;
      count++;
      bytes += size;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }
}

function settle<Item, Result>(group: readonly Entry<Item, Result>[], outcomes: readonly Outcome<Result>[]): void {
  group.forEach((entry, i) => {
    const outcome = outcomes[i] ?? { error: new Error("Invariant broken: one outcome per item") };
    if ("error" in outcome) entry.reject(outcome.error);
    else entry.resolve(outcome.value);
  });
}
