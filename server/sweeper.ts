/**
 * Clears away pastes whose time is over. They are out of sight at once; this frees their space.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { messageWithCauses } from "./errors.ts";
import { logEvent } from "./log.ts";

/** How long to rest once nothing is left to do, in milliseconds. */
const REST_MS = 60_000;

/** What a {@linkcode Sweeper} is made of. */
export interface SweeperOptions {
  /** Deletes one batch; answers with how many pastes went, 0 when none is left. */
  readonly sweep: () => Promise<number>;
  /** Whether this instance may write just now. */
  readonly mayWrite: () => boolean;
  /** Measures the rests. */
  readonly clock: Clock;
}

/** Sweeps now and then, batch by batch, until it is stopped. */
export class Sweeper {
  readonly #options: SweeperOptions;
  #cancel: () => void = () => {};
  #isStopped = false;
  #pass: Promise<void> = Promise.resolve();

  /**
   * Begins with a rest.
   *
   * @param options What to do, and when.
   */
  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#rest();
  }

  /** Sweeps no more; resolves when the batch that is under way is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#pass;
  }

  #rest(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#options.clock.after(REST_MS, () => {
      this.#pass = this.#sweepAll().finally(() => this.#rest());
    });
  }

  /** Each batch is a commit of its own, so that writers get in between. */
  async #sweepAll(): Promise<void> {
    const { sweep, mayWrite } = this.#options;
    try {
      while (!this.#isStopped && mayWrite() && await sweep() > 0);
    } catch (error) {
      // Nobody waits for it, and it is tried again after the next rest.
      logEvent("warning", "Expired pastes not cleared away", { error: messageWithCauses(error) });
    }
  }
}
