/**
 * What has been captured from the WAL and is not in the replica yet.
 *
 * @module
 */

import { release } from "./release.ts";
import type { CapturedRun } from "./wal_cursor.ts";

/** A run of bytes of one WAL, on its way to the replica. */
export interface PendingSegment {
  /** The WAL's ordinal in its generation. */
  readonly index: number;
  /** Where the bytes belong in the WAL. */
  readonly offset: number;
  /** The plain bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Once this is uploaded, every commit is that was announced up to this number. */
  readonly notice: number;
}

/** First in, first out; runs that follow each other become one segment, up to a size. */
export class SegmentQueue {
  readonly #segmentBytesMax: number;
  #pending: PendingSegment[] = [];

  /** @param segmentBytesMax Runs are joined up to this many plain bytes. */
  constructor(segmentBytesMax: number) {
    this.#segmentBytesMax = segmentBytesMax;
  }

  /** Plain bytes that wait. */
  get bytes(): number {
    return this.#pending.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  }

  /** The first segment, or null when nothing waits. */
  get head(): PendingSegment | null {
    return this.#pending[0] ?? null;
  }

  /**
   * Appends a run.
   *
   * @param index The WAL's ordinal in its generation.
   * @param run What was captured.
   * @param notice The number of the last commit notice that it covers.
   */
  push(index: number, run: CapturedRun, notice: number): void {
    this.#pending.push({ index, offset: run.offset, bytes: run.bytes, notice });
  }

  /** Raises the last segment's notice: the WAL held nothing beyond it when that notice had come. */
  coverNotice(notice: number): void {
    const last = this.#pending.pop();
    if (last) this.#pending.push({ ...last, notice });
  }

  /** Joins what belongs into the first segment, so that it can be uploaded. Its bytes do not change after this. */
  seal(): PendingSegment | null {
    const first = this.#pending[0];
    if (first === undefined) return null;
    let count = 1;
    let end = first.offset + first.bytes.byteLength;
    for (; count < this.#pending.length; count++) {
      const next = this.#pending[count];
      const follows = next?.index === first.index && next.offset === end;
      if (!follows || end - first.offset + next.bytes.byteLength > this.#segmentBytesMax) break;
      end += next.bytes.byteLength;
    }
    if (count === 1) return first;
    const runs = this.#pending.splice(0, count);
    const bytes = new Uint8Array(end - first.offset);
    for (const run of runs) {
      bytes.set(run.bytes, run.offset - first.offset);
      release(run.bytes);
    }
    const joined = { ...first, bytes, notice: runs.at(-1)?.notice ?? first.notice };
    this.#pending.unshift(joined);
    return joined;
  }

  /**
   * Removes bytes from the front.
   *
   * @param count How many bytes of the first segment are in the replica; what it was is empty after this.
   * @returns The bytes of the first segment that are still to do; 0 when it was removed.
   */
  advance(count: number): number {
    const first = this.#pending.shift();
    if (first === undefined) return 0;
    const rest = first.bytes.slice(count);
    release(first.bytes);
    if (rest.byteLength > 0) this.#pending.unshift({ ...first, offset: first.offset + count, bytes: rest });
    return rest.byteLength;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pending = [];
  }
}
