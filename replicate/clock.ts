/**
 * Time as a port: the only place of the engine that touches the system's clock and timers.
 *
 * @module
 */

/** Time for those who wait. Tests move a fake one by hand. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for labels only: it may jump. */
  now(): number;
  /** Milliseconds since some fixed instant; never goes back. */
  monotonic(): number;
  /**
   * Waits.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait early; the promise then rejects with the signal's reason.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/**
 * Waits, and simply goes on when the signal fires.
 *
 * @param clock Measures the time.
 * @param ms How long, in milliseconds.
 * @param signal Ends the wait early.
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * Runs an operation that is told to stop after a time limit, or when the caller's signal says so.
 *
 * @param clock The clock that measures the limit.
 * @param ms The limit in milliseconds.
 * @param signal The caller's own signal.
 * @param operation Gets a signal that fires at the limit or with the caller's.
 * @returns What the operation returns.
 * @throws {DOMException} Named `TimeoutError`, when the operation honours the signal at the limit.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const finished = new AbortController();
  const watch = clock.sleep(ms, finished.signal).then(
    () => deadline.abort(new DOMException(`No answer within ${ms} ms`, "TimeoutError")),
    () => undefined, // the operation finished first
  );
  try {
    return await operation(signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal);
  } finally {
    finished.abort();
    await watch;
  }
}
