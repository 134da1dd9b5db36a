/**
 * A clock of the service's kind that tests move by hand.
 *
 * @module
 */

import type { Clock } from "../../server/clock.ts";

/** Time that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs: number;
  #timers: { readonly dueMs: number; readonly callback: () => void }[] = [];

  constructor(nowMs: number = Date.UTC(2026, 0, 2)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, callback };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Moves time, from one due timer to the next. Negative: somebody sets the clock back. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter(({ dueMs }) => dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.callback();
    }
    this.#nowMs = endMs;
  }
}
