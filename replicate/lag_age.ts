/**
 * How long commits have waited that nobody announces: the application is another process.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** Bytes that become known within this time count as one, in milliseconds. */
const RESOLUTION_MS = 1_000;

/** How many marks are kept; past it, every second one is dropped, and ages become coarser. */
const MARKS_MAX = 1_000;

/** What a replica's writer tells: bytes of the WAL that it has uploaded so far, and that it knows of beside those. */
export interface LagFigures {
  /** Bytes that are in the replica, since its thread began. */
  readonly uploadedBytes: number;
  /** Committed bytes that are known and are not in it. */
  readonly lagBytes: number;
}

/** Remembers when one replica's bytes became known. */
export class LagAge {
  readonly #clock: Clock;
  /** When it was known that there are so many bytes, in ascending order; all beyond what is uploaded. */
  #marks: { totalBytes: number; readonly atMs: number }[] = [];

  /** @param clock Measures. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The age of the oldest bytes that are not in the replica, in seconds; 0 when there are none. */
  get seconds(): number {
    const oldest = this.#marks[0];
    return oldest === undefined ? 0 : (this.#clock.monotonic() - oldest.atMs) / 1_000;
  }

  /**
   * Takes note of how far the replica is.
   *
   * @param figures What its writer tells.
   */
  update({ uploadedBytes, lagBytes }: LagFigures): void {
    if (lagBytes === 0) {
      this.#marks = [];
      return;
    }
    const totalBytes = uploadedBytes + lagBytes;
    const atMs = this.#clock.monotonic();
    const last = this.#marks.at(-1);
    if (last === undefined || totalBytes > last.totalBytes && atMs - last.atMs >= RESOLUTION_MS) {
      this.#marks.push({ totalBytes, atMs });
    } else last.totalBytes = totalBytes; // also when it shrinks, as a generation was given up
    const firstLate = this.#marks.findIndex((mark) => mark.totalBytes > uploadedBytes);
    if (firstLate > 0) this.#marks.splice(0, firstLate);
    if (this.#marks.length > MARKS_MAX) this.#marks = this.#marks.filter((_, i) => i % 2 === 0);
  }
}
