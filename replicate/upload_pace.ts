/**
 * When the next upload may begin.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { Wake } from "./wake.ts";

/**
 * How long the next upload waits at the most for those who were answered by the last one, as a share of what that took, and
 * in milliseconds. Without it two groups of clients take turns, and each waits for the other's upload and its own.
 * After a quick upload there is no such wait: what comes meanwhile may as well be handled while the next one runs.
 */
const LINGER_SHARE = 1 / 2;
const LINGER_MAX_MS = 20;
const QUICK_MS = 10;

/**
 * Where clients do not come back, nobody is to wait for them: after so many waits in vain, one after the other, there is
 * one only after every eighth upload.
 */
const VAIN_WAITS_MAX = 2;
const RARE_WAIT = 8;

/** While uploads wait for their time, the WAL is captured this often, in milliseconds. */
const CAPTURE_INTERVAL_MS = 50;

/** Keeps uploads apart: by the interval between their beginnings, and by a moment after each. */
export class UploadPace {
  readonly #intervalMs: number;
  readonly #wake = new Wake();
  #nextAt = 0;
  /** When it would be time if nobody was expected back. */
  #earliestAt = 0;
  /** Until when those are waited for who were answered last; null once they are back, or when nobody is waited for. */
  #lingerEnd: number | null = null;
  /** How many such waits were in vain, one after the other. */
  #vainWaits = 0;
  #uploadsWithoutWait = 0;

  /** @param intervalMs The least time from the beginning of one upload to that of the next, in milliseconds. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** The next upload waits for nothing. */
  hurry(): void {
    this.#nextAt = 0;
    this.#lingerEnd = null;
  }

  /**
   * Those who were answered by the last upload are back: nobody else is waited for.
   *
   * @param nowMs The time, by the clock of {@linkcode UploadPace.uploaded}.
   */
  gathered(nowMs: number): void {
    if (this.#lingerEnd !== null && nowMs < this.#lingerEnd) {
      this.#vainWaits = 0;
      this.#lingerEnd = null;
    }
    this.#nextAt = Math.min(this.#nextAt, this.#earliestAt);
    this.#wake.ring();
  }

  /**
   * Takes note of an upload.
   *
   * @param turnAt When the uploads began of which this was one, in milliseconds of a clock that never goes back.
   * @param beganAt When this one began.
   * @param endedAt When it ended.
   * @returns How long it took, in milliseconds.
   */
  uploaded({ turnAt, beganAt, endedAt }: Readonly<Record<"turnAt" | "beganAt" | "endedAt", number>>): number {
    const tookMs = endedAt - beganAt;
    if (this.#lingerEnd !== null && beganAt >= this.#lingerEnd) this.#vainWaits++; // else something else ended it
    this.#lingerEnd = this.#decideToLinger(tookMs) ? endedAt + Math.min(tookMs * LINGER_SHARE, LINGER_MAX_MS) : null;
    this.#earliestAt = turnAt + this.#intervalMs;
    this.#nextAt = Math.max(this.#earliestAt, this.#lingerEnd ?? endedAt);
    return tookMs;
  }

  /**
   * Tells how long the next upload has to wait.
   *
   * @param nowMs The time by the same clock.
   * @returns Milliseconds; none are left when it is 0 or less.
   */
  waitMs(nowMs: number): number {
    return this.#nextAt - nowMs;
  }

  /**
   * Waits until the next upload may begin, or until it is time to capture more.
   *
   * @param clock Measures the time.
   * @param signal Goes on at once when it fires.
   */
  wait(clock: Clock, signal: AbortSignal): Promise<void> {
    return this.#wake.wait(clock, Math.min(this.waitMs(clock.monotonic()), CAPTURE_INTERVAL_MS), signal);
  }

  #decideToLinger(tookMs: number): boolean {
    if (tookMs < QUICK_MS) return false;
    if (this.#vainWaits < VAIN_WAITS_MAX) return true;
    this.#uploadsWithoutWait = (this.#uploadsWithoutWait + 1) % RARE_WAIT;
    return this.#uploadsWithoutWait === 0;
  }
}
