/**
 * Many things that may each take equally long, watched with one timer.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

interface Deadline {
  readonly atMs: number;
  readonly onMissed: () => void;
}

/** Deadlines that are all equally far away when they are set. A timer for each would cost a small upload a tenth. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  /** In the order in which they were set, which is the order in which they come. */
  readonly #pending = new Set<Deadline>();
  #cancel: () => void = () => {};

  /**
   * Makes a watch with nothing to do.
   *
   * @param clock Measures the time.
   * @param ms How far away each deadline is, in milliseconds.
   */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /**
   * Sets a deadline.
   *
   * @param onMissed Called once, when it has come.
   * @returns Meets it, so that nothing is called; harmless afterwards.
   */
  set(onMissed: () => void): () => void {
    const deadline = { atMs: this.#clock.now() + this.#ms, onMissed };
    this.#pending.add(deadline);
    if (this.#pending.size === 1) this.#wait(this.#ms);
    return () => {
      if (this.#pending.delete(deadline) && this.#pending.size === 0) this.#cancel();
    };
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    const nowMs = this.#clock.now();
    const missed = Array.from(this.#pending).filter(({ atMs }) => atMs <= nowMs);
    for (const deadline of missed) this.#pending.delete(deadline);
    const [next] = this.#pending;
    // The system's clock may be set back meanwhile: no wait is longer than it would be from here.
    if (next) this.#wait(Math.min(next.atMs - nowMs, this.#ms));
    for (const { onMissed } of missed) onMissed();
  }
}
