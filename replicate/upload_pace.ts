/**
 * When the next upload may begin.
 *
 * @module
 */

/**
 * How long the next upload waits for those who were answered by the last one, as a share of what that took, and at the
 * most in milliseconds. Without it two groups of clients take turns, and each waits for the other's upload and its own.
 * After a quick upload there is no such wait: what comes meanwhile may as well be handled while the next one runs.
 */
const LINGER_SHARE = 1 / 8;
const LINGER_MAX_MS = 10;
const QUICK_MS = 10;

/** Keeps uploads apart: by the interval between their beginnings, and by a moment after each. */
export class UploadPace {
  readonly #intervalMs: number;
  #nextAt = 0;

  /** @param intervalMs The least time from the beginning of one upload to that of the next, in milliseconds. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** The next upload waits for nothing. */
  hurry(): void {
    this.#nextAt = 0;
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
    const lingerMs = tookMs < QUICK_MS ? 0 : Math.min(tookMs * LINGER_SHARE, LINGER_MAX_MS);
    this.#nextAt = Math.max(turnAt + this.#intervalMs, endedAt + lingerMs);
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
}
