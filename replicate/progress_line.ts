/**
 * Progress for whoever watches: a line that is redrawn on a terminal, a record now and then elsewhere.
 *
 * @module
 */

import { format as formatBytes } from "@std/fmt/bytes";
import type { Clock } from "./clock.ts";
import { describeEvent } from "./describe_event.ts";
import type { ReplicateEvent } from "./events.ts";

/** How often a terminal is redrawn, in milliseconds. */
const REDRAW_MS = 100;

/** How often progress is told elsewhere, in milliseconds; what takes less is not told at all. */
const RECORD_MS = 5_000;

const ERASE_LINE = "\r\x1b[K";

type Progress = Extract<ReplicateEvent, { type: "progress" }>;

/** Options of {@linkcode ProgressLine}. */
export interface ProgressLineOptions {
  /** Time. */
  readonly clock: Pick<Clock, "monotonic">;
  /** Writes to the terminal; null where there is none. */
  readonly write: ((text: string) => void) | null;
  /** Records progress where there is no terminal. */
  readonly record: (message: string, fields: Readonly<Record<string, string | number | null>>) => void;
}

/** Tells the progress of one task at a time. */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  #task: string | null = null;
  #startedAt = 0;
  #toldAt = 0;
  #isDrawn = false;

  /**
   * Makes a line that is not drawn yet.
   *
   * @param options Clock and outputs.
   */
  constructor(options: ProgressLineOptions) {
    this.#options = options;
  }

  /**
   * Tells progress, unless it was told a moment ago.
   *
   * @param event How far the task is.
   */
  update(event: Progress): void {
    const now = this.#options.clock.monotonic();
    const task = `${event.task} ${event.replica}`;
    if (task !== this.#task) {
      this.#task = task;
      this.#startedAt = now;
      this.#toldAt = now;
    }
    const isEnd = event.doneBytes === event.totalBytes;
    if (isEnd) return this.end();
    const { write, record } = this.#options;
    if (now - this.#toldAt < (write === null ? RECORD_MS : REDRAW_MS)) return;
    this.#toldAt = now;
    const { message } = describeEvent(event);
    if (write === null) {
      const { replica, doneBytes, totalBytes } = event;
      return record(message, { replica, doneBytes, totalBytes });
    }
    write(`${ERASE_LINE}${message}: ${progressText(event, now - this.#startedAt)}`);
    this.#isDrawn = true;
  }

  /** Takes the line away, so that something else can be written. */
  end(): void {
    if (this.#isDrawn) this.#options.write?.(ERASE_LINE);
    this.#isDrawn = false;
    this.#task = null;
  }
}

function progressText({ doneBytes, totalBytes }: Progress, elapsedMs: number): string {
  const rate = `${formatBytes(doneBytes / Math.max(elapsedMs, 1) * 1_000)}/s`;
  if (totalBytes === null) return `${formatBytes(doneBytes)}, ${rate}`;
  const percent = totalBytes === 0 ? 100 : Math.floor(doneBytes / totalBytes * 100);
  return `${percent} % of ${formatBytes(totalBytes)}, ${rate}`;
}
