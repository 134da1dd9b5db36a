/**
 * Counting what our connections do to the database.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { DatabaseTally } from "./tally.ts";

/** How many times of the write lock are kept until they are asked for; what comes after is not counted. */
const LOCK_HOLDS_KEPT = 1_000;

/** Counts checkpoints, and measures how long others are kept from writing. */
export class DatabaseCounters {
  readonly #clock: Clock;
  #tally = nothing();
  #lockedAt = 0;

  /** @param clock Measures. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a checkpoint.
   *
   * @param checkpoint Runs it.
   * @returns What it returns.
   */
  checkpoint<T extends { readonly isBusy: boolean }>(checkpoint: () => T): T {
    const tally = this.#tally;
    const startedAt = this.#clock.monotonic();
    tally.checkpoints++;
    try {
      const result = checkpoint();
      if (result.isBusy) tally.checkpointErrors++;
      return result;
    } catch (error) {
      tally.checkpointErrors++;
      throw error;
    } finally {
      tally.checkpointMs += this.#clock.monotonic() - startedAt;
    }
  }

  /** The write lock is ours from now on. */
  locked(): void {
    this.#lockedAt = this.#clock.monotonic();
  }

  /** It is no longer. */
  unlocked(): void {
    const { lockHoldsMs } = this.#tally;
    if (lockHoldsMs.length < LOCK_HOLDS_KEPT) lockHoldsMs.push(this.#clock.monotonic() - this.#lockedAt);
  }

  /** Gives what was counted since the last call, and begins anew. */
  take(): DatabaseTally {
    const tally = this.#tally;
    this.#tally = nothing();
    return tally;
  }
}

function nothing(): { checkpoints: number; checkpointErrors: number; checkpointMs: number; lockHoldsMs: number[] } {
  return { checkpoints: 0, checkpointErrors: 0, checkpointMs: 0, lockHoldsMs: [] };
}
