/**
 * Retrying what may succeed later, with a pause that grows and varies.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { ReplicateError } from "./errors.ts";

/** How {@linkcode retry} behaves. */
export interface RetryOptions {
  /** Waits between two tries. */
  readonly clock: Clock;
  /** A number in [0, 1) for each pause, so that many clients do not return in step. */
  readonly random: () => number;
  /** Ends the wait and the tries. */
  readonly signal?: AbortSignal | undefined;
  /** How many tries at the most, the first included. */
  readonly maxTries: number;
  /** The first pause's upper bound in milliseconds; it doubles with each try. */
  readonly basePauseMs: number;
  /** No pause is longer than this many milliseconds, unless the other side asked for it. */
  readonly maxPauseMs: number;
}

/** The longest pause that another side may ask of us, in milliseconds. */
const RETRY_AFTER_LIMIT_MS = 60_000;

/**
 * Calls an operation until it succeeds, fails for good, or the tries are used up.
 *
 * @param operation What to do; gets the number of the try, from 1.
 * @param options Bounds, clock and randomness.
 * @returns The operation's result.
 * @throws The operation's last error: one that is not retryable, or the one of the last try.
 */
export async function retry<T>(operation: (tryNumber: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let tryNumber = 1;; tryNumber++) {
    options.signal?.throwIfAborted();
    try {
      return await operation(tryNumber);
    } catch (error) {
      const retryable = error instanceof ReplicateError && error.retryable;
      if (!retryable || tryNumber >= options.maxTries || options.signal?.aborted) throw error;
      await options.clock.sleep(pauseMs(tryNumber, error.retryAfterMs, options), options.signal);
    }
  }
}

/**
 * How long to wait after a failed try: half of a doubling bound, and a random share of the other half.
 *
 * @param tryNumber The number of the try that failed, from 1.
 * @param retryAfterMs What the other side asked for, in milliseconds; 0 for nothing.
 * @param options Bounds and randomness.
 * @returns The pause in milliseconds.
 */
export function pauseMs(
  tryNumber: number,
  retryAfterMs: number,
  options: Pick<RetryOptions, "random" | "basePauseMs" | "maxPauseMs">,
): number {
  const bound = Math.min(options.maxPauseMs, options.basePauseMs * 2 ** Math.min(tryNumber - 1, 30));
  const own = bound / 2 + options.random() * bound / 2;
  return Math.max(own, Math.min(retryAfterMs, RETRY_AFTER_LIMIT_MS));
}
