/**
 * A clock that tests move by hand.
 *
 * @module
 */

import type { Clock } from "../../replicate/clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** How often the event loop turns, to let everything that a timer woke come to rest. */
const SETTLE_TURNS = 8;

/** Time that stands still until {@linkcode FakeClock.advance} is called. */
export class FakeClock implements Clock {
  readonly #epochMs: number;
  #elapsedMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  readonly #watchers = new Set<() => void>();

  /** @param epochMs What `now()` says at the beginning. Default: 2026-01-01T00:00:00Z. */
  constructor(epochMs: number = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs;
  }

  /** Wall-clock time. */
  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  /** Milliseconds since the clock was made. */
  monotonic(): number {
    return this.#elapsedMs;
  }

  /** How many sleepers there are. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next sleeper wakes, in milliseconds from now; `null` when nobody sleeps. */
  get nextDueInMs(): number | null {
    const next = this.#next(Infinity);
    return next === undefined ? null : next.dueMs - this.#elapsedMs;
  }

  /** Waits until the clock was advanced that far. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        this.#timers.delete(timer);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const timer = { dueMs: this.#elapsedMs + Math.max(0, ms), order: this.#order++, wake };
      this.#timers.add(timer);
      signal?.addEventListener("abort", onAbort, { once: true });
      for (const watcher of this.#watchers) watcher();
    });
  }

  /**
   * Moves time on, from one due sleeper to the next, letting what each woke come to rest before the next one.
   *
   * @param ms How far, in milliseconds.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    await settle();
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      this.#timers.delete(timer);
      timer.wake();
      await settle();
    }
    this.#elapsedMs = endMs;
  }

  /**
   * Moves time on at once, as for a machine that was asleep: who was to wake meanwhile wakes late, and once.
   *
   * @param ms How far, in milliseconds.
   */
  async leap(ms: number): Promise<void> {
    this.#elapsedMs += ms;
    await this.advance(0);
  }

  /**
   * Waits, in real time, until so many sleep: for code that does real I/O before it goes to sleep.
   *
   * @param count How many sleepers.
   */
  async whenPending(count: number): Promise<void> {
    while (this.#timers.size < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#watchers.add(resolve);
      await promise;
      this.#watchers.delete(resolve);
    }
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > untilMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }
}

/** Lets promises and the I/O that is ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
