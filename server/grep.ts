/**
 * Lines picked by regular expressions of strangers, in a thread that does not hold up requests.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { PasteError } from "./errors.ts";
import { badFilter, type LineFilter } from "./line_filter.ts";

/**
 * After how long a thread is ended that has not ended by itself, in milliseconds. It sets itself a limit far below
 * this: Deno 2.9 goes on for two seconds with a busy thread that is ended, and keeps tens of megabytes of it for good.
 */
const LAST_RESORT_MS = 10_000;

/** How many threads work at once. */
const MAX_THREADS = 2;

/** How many requests may wait for a thread. */
const MAX_WAITING = 16;

/** What a thread gets. */
export interface GrepTask {
  /** The paste, a copy. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Which lines are wanted. */
  readonly filter: LineFilter;
}

/** What a thread answers. */
export type GrepAnswer =
  | { readonly type: "lines"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "refused"; readonly message: string };

/** Picks lines by expressions, a few pastes at a time. */
export class Grep {
  readonly #clock: Clock;
  #running = 0;
  #waiting: (() => void)[] = [];

  /**
   * Makes one that is idle.
   *
   * @param clock Measures the time limit.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Picks lines.
   *
   * @param bytes The paste; it is copied.
   * @param filter Which lines are wanted.
   * @returns The lines, with their ends.
   * @throws {PasteError} `bad-filter` when an expression cannot be read or takes too long; `overloaded`.
   */
  async pick(bytes: Uint8Array<ArrayBuffer>, filter: LineFilter): Promise<Uint8Array<ArrayBuffer>> {
    await this.#enter();
    try {
      const answer = await this.#run({ bytes: bytes.slice(), filter });
      if (answer.type === "lines") return answer.bytes;
      throw new PasteError("bad-filter", answer.message);
    } finally {
      this.#leave();
    }
  }

  /** A thread for each: it starts in 20 ms, and nothing of one request is left for the next. */
  async #run(task: GrepTask): Promise<GrepAnswer> {
    const worker = new Worker(new URL("./grep_worker.ts", import.meta.url), { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<GrepAnswer>();
    const tooLong = (): void => reject(badFilter("grep as this takes too long here: use a simpler pattern"));
    const cancel = this.#clock.after(LAST_RESORT_MS, tooLong);
    worker.onmessage = ({ data }: MessageEvent<GrepAnswer>): void => resolve(data);
    worker.onerror = (event): void => {
      event.preventDefault(); // or it would end the process
      reject(new Error(`Cannot match lines: ${event.message}`));
    };
    worker.postMessage(task, [task.bytes.buffer]);
    try {
      return await promise;
    } finally {
      cancel();
      worker.terminate();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < MAX_THREADS) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw new PasteError("overloaded", "Cannot filter by grep as too many others do: try again");
    }
    // Whoever leaves hands over the place.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
