/**
 * Waiting, within a bound, until pastes are as durable as the operator asked.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { PasteError } from "./errors.ts";
import type { Durability } from "./ports.ts";

/** What {@linkcode durableWait} is made of. */
export interface DurableWaitOptions {
  /** Who knows. */
  readonly durability: Durability;
  /** Measures the bound. */
  readonly clock: Clock;
  /** The bound, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Makes the function that waits. All pastes of a commit share one wait: one timer and one signal for many requests.
 *
 * @param options Who knows, and the bound.
 * @returns A function that is told how many wait; it resolves when everything committed before its call is durable, and rejects with the
 * {@linkcode PasteError} `not-yet-durable` when that fails or takes too long, whether the port heeds its signal or not.
 */
export function durableWait(options: DurableWaitOptions): (waiting: number) => Promise<void> {
  const { durability, clock, timeoutMs } = options;
  return async (waiting) => {
    const deadline = new AbortController();
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(timeoutMs, () => {
      const reason = new DOMException(`Not durable within ${timeoutMs} ms`, "TimeoutError");
      deadline.abort(reason);
      late.reject(reason);
    });
    try {
      await Promise.race([durability.durable(deadline.signal, waiting), late.promise]);
    } catch (cause) {
      throw new PasteError(
        "not-yet-durable",
        "Cannot confirm the change as it is on this machine only, though it may still become durable later: try again",
        { cause },
      );
    } finally {
      cancel();
    }
  };
}
