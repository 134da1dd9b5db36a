/**
 * Time as a port: the only place of the service that touches the system's clock and timers.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** Time for those who need it. Tests move a fake one by hand. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. */
  now(): number;
  /**
   * Calls back once, later.
   *
   * @param ms How long to wait, in milliseconds.
   * @param callback What to do then.
   * @returns Cancels the call; harmless after it.
   */
  after(ms: number, callback: () => void): () => void;
}

/**
 * Reads a clock that never goes back.
 *
 * @returns Milliseconds since some fixed instant.
 */
export function monotonicMs(): number {
  return performance.now();
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Runs something soon, but not now. */
export type Schedule = (run: () => void) => void;

/**
 * Runs something once the events that are already waiting have been handled. This is what collects requests into
 * groups: `setTimeout(0)` waits at least a millisecond, a microtask waits for no event at all.
 *
 * @param run What to run.
 */
export const afterPendingEvents: Schedule = (run) => {
  setImmediate(run);
};
