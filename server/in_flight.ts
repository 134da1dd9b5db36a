/**
 * Counting what is under way, to wait for its end.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** A count of operations. */
export class InFlight {
  #count = 0;
  #onIdle: () => void = () => {};

  /**
   * Runs an operation and counts it as long as it runs.
   *
   * @param operation What to do.
   * @returns What it returns.
   */
  async count<T>(operation: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await operation();
    } finally {
      if (--this.#count === 0) this.#onIdle();
    }
  }

  /**
   * Waits until nothing is under way, within a bound.
   *
   * @param clock Measures the bound.
   * @param ms The bound, in milliseconds.
   */
  async idle(clock: Clock, ms: number): Promise<void> {
    if (this.#count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    const cancel = clock.after(ms, resolve);
    await promise;
    cancel();
  }
}
