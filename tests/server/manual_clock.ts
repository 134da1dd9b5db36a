/**
 * A clock of the service's kind that tests move by hand.
 *
 * @module
 */

import type { Clock } from "../../server/clock.ts";

/** Time that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Map<() => void, number>();

  constructor(nowMs: number = Date.UTC(2026, 0, 2)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    this.#timers.set(callback, this.#nowMs + ms);
    return () => void this.#timers.delete(callback);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Moves on, and calls back those whose time has come. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const [callback, dueMs] of [...this.#timers]) {
      if (dueMs > this.#nowMs) continue;
      this.#timers.delete(callback);
      callback();
    }
  }
}
