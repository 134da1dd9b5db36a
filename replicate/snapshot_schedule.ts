/**
 * Keeping account of what the decision about another snapshot depends on.
 *
 * @module
 */

import type { GenerationListing, SegmentInfo } from "./listing.ts";
import { comparePlaces, type Position } from "./position.ts";
import { pauseMs } from "./retry.ts";
import { isSnapshotDue } from "./snapshot_policy.ts";
import type { WriterContext } from "./writer_context.ts";

/** How long to wait after a snapshot that failed. */
const FAILURE_PAUSES = { basePauseMs: 60_000, maxPauseMs: 3_600_000 };

type Place = Pick<Position, "index" | "offset">;

/** Counts what is uploaded after the newest snapshot of one generation, and how old that is. */
export class SnapshotSchedule {
  readonly #context: WriterContext;
  #last: { readonly index: number; readonly atMs: number } | null = null;
  /** Up to where uploads are counted, or null before it is known where they begin. */
  #counted: Place | null = null;
  #walBytes = 0;
  #isWritten = false;
  #failures = 0;
  #notBeforeMs = 0;

  /** @param context Clock, bounds, and the database's size. */
  constructor(context: WriterContext) {
    this.#context = context;
  }

  /** Whether the generation has a snapshot of which index and age are not known: it was written before this start. */
  get isIgnorant(): boolean {
    return this.#last === null;
  }

  /** Forgets everything: another generation, or another place in it. */
  reset(): void {
    this.#last = null;
    this.#counted = null;
    this.#walBytes = 0;
    this.#isWritten = false;
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  /**
   * Says where the uploads begin; only the first call after a reset counts.
   *
   * @param place The next byte to capture.
   */
  startAt(place: Place): void {
    this.#counted ??= place;
  }

  /**
   * Counts a segment that came into the replica; it begins where the one before it ended, or at a WAL's start.
   *
   * @param place Where it ends.
   * @returns Whether anything of it was the application's: our own commits after a checkpoint do not count.
   */
  uploaded(place: Place): boolean {
    const from = this.#counted;
    if (from === null || comparePlaces(place, from) <= 0) return false;
    const start = from.index === place.index ? from.offset : 0;
    const isWritten = place.offset > Math.max(start, this.#context.bumpEnd());
    this.#walBytes += place.offset - start;
    this.#isWritten ||= isWritten;
    this.#counted = place;
    return isWritten;
  }

  /**
   * Learns from the replica what was written before this start. Of a snapshot that we wrote more is known already.
   *
   * @param listing The generation.
   */
  learn({ snapshots, segments }: GenerationListing): void {
    const newest = snapshots.at(-1);
    if (this.#last !== null || newest === undefined) return;
    const { clock } = this.#context;
    const ageMs = Math.max(0, clock.now() - newest.modifiedAtMs); // a clock may be wrong, and the store's another one
    this.#last = { index: newest.index, atMs: clock.monotonic() - ageMs };
    const bytes = walBytesOf(segments.filter(({ index }) => index >= newest.index));
    this.#walBytes = Math.max(this.#walBytes, bytes);
  }

  /**
   * A snapshot begins: what comes after the instant that it shows is for the next one.
   *
   * @param position That instant.
   * @returns Makes it not have been, should it fail.
   */
  begin(position: Place): () => void {
    const before = { walBytes: this.#walBytes, isWritten: this.#isWritten, counted: this.#counted };
    this.#walBytes = 0;
    this.#isWritten = false;
    this.#counted = position;
    return () => {
      this.#walBytes += before.walBytes;
      this.#isWritten ||= before.isWritten || before.counted === null || comparePlaces(before.counted, position) < 0;
    };
  }

  /** A snapshot is in the replica. */
  written({ index }: Place): void {
    this.#last = { index, atMs: this.#context.clock.monotonic() };
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  /** A snapshot failed. Returns how long no other is due, in milliseconds. */
  failed(): number {
    const { clock, random } = this.#context;
    const nextTryMs = pauseMs(++this.#failures, 0, { random, ...FAILURE_PAUSES });
    this.#notBeforeMs = clock.monotonic() + nextTryMs;
    return nextTryMs;
  }

  /**
   * Whether another snapshot is due.
   *
   * @param index The ordinal of the WAL that is being written.
   */
  isDue(index: number): boolean {
    const { clock, settings, database } = this.#context;
    const nowMs = clock.monotonic();
    if (this.#last === null || nowMs < this.#notBeforeMs) return false;
    const situation = {
      index,
      snapshotIndex: this.#last.index,
      snapshotAgeMs: nowMs - this.#last.atMs,
      isWrittenSince: this.#isWritten,
      walBytes: this.#walBytes,
    };
    // To ask SQLite for the size costs something: only when it can matter.
    return isSnapshotDue(settings, { ...situation, databaseBytes: 0 }) &&
      isSnapshotDue(settings, { ...situation, databaseBytes: database.sizeBytes });
  }
}

/** About how long the WALs are: of each, the last segment's stored size stands for its plain one. */
function walBytesOf(segments: readonly SegmentInfo[]): number {
  return segments.reduce((sum, { index, offset, size }, i) => {
    const isLast = segments[i + 1]?.index !== index;
    return isLast ? sum + offset + size : sum;
  }, 0);
}
