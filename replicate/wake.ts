/**
 * Waking a loop that sleeps.
 *
 * @module
 */

import { type Clock, pause } from "./clock.ts";

/** A bell: whoever waits goes on when it rings, or when the time is up. A ring that nobody heard is kept. */
export class Wake {
  #hasRung = false;
  #ring: (() => void) | null = null;

  /** Wakes whoever waits, or whoever waits next. */
  ring(): void {
    this.#hasRung = true;
    this.#ring?.();
  }

  /**
   * Waits for a ring.
   *
   * @param clock Measures the time.
   * @param ms Goes on after this many milliseconds even without a ring.
   * @param signal Goes on at once when it fires; the caller looks at it.
   */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const rung = new Promise<void>((resolve) => this.#ring = resolve);
    const slept = pause(clock, ms, AbortSignal.any([signal, over.signal]));
    if (!this.#hasRung) await Promise.race([rung, slept]);
    this.#hasRung = false;
    this.#ring = null;
    over.abort();
    await slept;
  }
}
