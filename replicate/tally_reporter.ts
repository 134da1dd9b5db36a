/**
 * Telling what was counted, seldom.
 *
 * @module
 */

import { type Clock, pause } from "./clock.ts";

/** Least time between two reports, in milliseconds. */
const INTERVAL_MS = 1_000;

/** What a {@linkcode TallyReporter} works with. */
export interface TallyReporterOptions {
  /** Time. */
  readonly clock: Clock;
  /** Takes what was counted, and sends it. */
  readonly report: () => Promise<void>;
}

/** Reports at most once a second, and only when something has happened. */
export class TallyReporter {
  readonly #options: TallyReporterOptions;
  #nextAt = -Infinity;
  #waiting: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  /** @param options Clock and report. */
  constructor(options: TallyReporterOptions) {
    this.#options = options;
  }

  /** Says that there is something to report. */
  touch(): void {
    if (this.#waiting !== null) return;
    this.#waiting = new AbortController();
    this.#running = this.#reportLater(this.#waiting.signal);
  }

  /** Reports at once what is there to report. */
  async flush(): Promise<void> {
    this.#waiting?.abort();
    await this.#running;
  }

  async #reportLater(signal: AbortSignal): Promise<void> {
    const { clock, report } = this.#options;
    await pause(clock, Math.max(0, this.#nextAt - clock.monotonic()), signal);
    this.#nextAt = clock.monotonic() + INTERVAL_MS;
    this.#waiting = null;
    await report();
  }
}
