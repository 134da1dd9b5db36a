/**
 * Bringing the frames of the WAL into one replica.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import { encodeFrame } from "./lz4/block.ts";
import { Mutex } from "./mutex.ts";
import { formatSegmentKey } from "./object_key.ts";
import type { ObjectStore } from "./object_store.ts";
import { OFFSET_MAX, type Position } from "./position.ts";
import type { Ownership } from "./ownership.ts";
import { createSegment } from "./replica.ts";
import { type PendingSegment, SegmentQueue } from "./segment_queue.ts";
import { sealLog } from "./takeover.ts";
import { type WalCursor, WalDiscontinuity } from "./wal_cursor.ts";

/** The live WAL, as far as a copy of it goes. */
export type CapturedWal = Pick<WalCursor, "header" | "offset" | "behindBytes" | "next" | "findEnd">;

/** Where a replica's writer stands: in a generation, with a cursor in one of its WALs. */
export interface SyncPlace {
  /** The generation that is being written. */
  readonly generation: Generation;
  /** The WAL's ordinal in the generation. */
  readonly index: number;
  /** The next byte to capture. */
  readonly cursor: CapturedWal;
  /** Whether the log is sealed there: this WAL cannot be gone on with, only the next one. Default: no. */
  readonly isSealed?: boolean;
}

/** The signal of those who do not give up. */
const NEVER = new AbortController().signal;

/** Another writer's object stands where ours had to go: this instance may not write any more. */
export class ForeignWriterError extends ReplicateError {
  /** The key that both wanted. */
  readonly key: string;

  /** @param key The key that both wanted. */
  constructor(key: string) {
    super("foreign-writer", `Cannot write "${key}" as another instance has written it: this instance is fenced`);
    this.key = key;
  }
}

/**
 * Copies one WAL after the other to one replica: capture (WAL to memory), then upload (memory to store), in order.
 *
 * A position is advanced only when the store has confirmed the object, and every object is created, never
 * overwritten.
 */
export class ReplicaSync {
  readonly #store: ObjectStore;
  readonly #ownership: Ownership | null;
  readonly #queue: SegmentQueue;
  readonly #uploading = new Mutex();
  #place: SyncPlace | null = null;
  /** What was done since this was made; who measures the time adds it. */
  readonly tally = { capturedBytes: 0, walIndex: 0, walBytes: 0, uploadedBytes: 0, uploads: 0, uploadMs: 0 };
  #uploads = 0;
  #uploadedNotice = 0;
  #uploadedEnd: Pick<Position, "index" | "offset"> | null = null;
  #head: { readonly segment: PendingSegment; readonly frame: Uint8Array<ArrayBuffer> } | null = null;

  /**
   * @param store The replica's objects.
   * @param segmentBytesMax The most plain bytes of one object, unless one run is larger.
   * @param ownership Looks whether the log is still ours after a long time; null for a store that tells writers not apart.
   */
  constructor(store: ObjectStore, segmentBytesMax: number, ownership: Ownership | null = null) {
    this.#store = store;
    this.#ownership = ownership;
    this.#queue = new SegmentQueue(segmentBytesMax);
  }

  /** Where it stands, or null before it was told. */
  get place(): SyncPlace | null {
    return this.#place;
  }

  /** Up to where the replica has everything; null before a generation was begun or resumed. */
  get position(): Position | null {
    if (this.#place === null) return null;
    const { generation, index, cursor } = this.#place;
    const head = this.#queue.head;
    return { generation, index: head?.index ?? index, offset: head?.offset ?? cursor.offset };
  }

  /** The most that the replica can have of ours: an upload whose outcome is not known may have arrived. */
  get reach(): Position | null {
    const position = this.position;
    if (position === null || this.#head === null) return position;
    return { ...position, offset: position.offset + this.#head.segment.bytes.byteLength };
  }

  /** Where the last segment that was uploaded ends in its WAL; null before the first. */
  get uploadedEnd(): Pick<Position, "index" | "offset"> | null {
    return this.#uploadedEnd;
  }

  /** Plain bytes that are captured and not uploaded. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Committed bytes that are known of and not in the replica. */
  get lagBytes(): number {
    return this.#queue.bytes + (this.#place?.cursor.behindBytes ?? 0);
  }

  /** Whether an upload is under way. */
  get isUploading(): boolean {
    return this.#uploads > 0;
  }

  /** Every commit that was announced up to this number is in the replica. */
  get uploadedNotice(): number {
    return this.#uploadedNotice;
  }

  /**
   * Begins to write at a place: a resumed one, or the first of a new generation.
   *
   * @param place Where.
   */
  begin(place: SyncPlace): void {
    this.abandon();
    this.#ownership?.confirm(); // whoever gives us a place has just looked
    this.#place = place;
  }

  /** Forgets the place: its generation cannot be continued. */
  abandon(): void {
    this.#queue.clear();
    this.#head = null;
    this.#place = null;
  }

  /**
   * Goes on with the next WAL of the same generation. All of the present one was captured.
   *
   * @param cursor At the first byte of the new WAL.
   */
  followRestart(cursor: CapturedWal): void {
    if (this.#place === null) return;
    this.#place = { generation: this.#place.generation, index: this.#place.index + 1, cursor };
  }

  /**
   * Captures until the WAL's end, or until enough waits for the upload. Only one call at a time.
   *
   * @param notice The number of the last commit notice that had come before this call.
   * @param queueBytesMax Stops once this many bytes wait.
   * @returns Whether the WAL's end was reached.
   * @throws {WalDiscontinuity} When frames may have been lost.
   */
  async capture(notice: number, queueBytesMax: number): Promise<boolean> {
    const place = this.#place;
    while (place !== null && this.#queue.bytes < queueBytesMax) {
      const run = await place.cursor.next();
      if (run === null) {
        this.#coverNotice(notice);
        return true;
      }
      if (place.isSealed) throw new WalDiscontinuity("wal does not continue the replica");
      if (run.offset > OFFSET_MAX) throw new WalDiscontinuity("wal outgrew its bound");
      this.tally.capturedBytes += run.bytes.byteLength;
      this.tally.walIndex = place.index;
      this.tally.walBytes = place.cursor.offset;
      this.#queue.push(place.index, run, run.reachedEnd ? notice : this.#uploadedNotice);
      if (run.reachedEnd) return true;
    }
    return false;
  }

  /**
   * Uploads the first of what waits.
   *
   * @param signal Gives up.
   * @returns Whether there was anything, of a generation that goes on.
   * @throws {ForeignWriterError} When another instance has written there.
   * @throws {ReplicateError} What the store throws; the next call tries the same bytes again.
   */
  async upload(signal?: AbortSignal): Promise<boolean> {
    this.#uploads++;
    try {
      return await this.#uploading.run(() => this.#uploadHead(signal));
    } finally {
      this.#uploads--;
    }
  }

  /**
   * Closes the log, as the last act: whoever comes next need not wait. All that was captured is uploaded.
   *
   * @param signal Gives up.
   * @throws {ReplicateError} What the store throws.
   */
  async close(signal?: AbortSignal): Promise<void> {
    const { position } = this;
    if (position === null || await this.#ownership?.findLoss(position, signal ?? NEVER)) return;
    await sealLog(this.#store, { ...position, state: this.#place?.isSealed ? "sealed" : "open" }, { signal });
  }

  async #uploadHead(signal: AbortSignal | undefined): Promise<boolean> {
    const place = this.#place;
    const segment = this.#head?.segment ?? this.#queue.seal();
    if (place === null || segment === null) return false;
    this.#head ??= { segment, frame: await encodeFrame(segment.bytes) };
    const lostTo = await this.#ownership?.findLoss({ ...segment, generation: place.generation }, signal ?? NEVER);
    if (lostTo) throw new ForeignWriterError(lostTo);
    const key = { generation: place.generation, index: segment.index, offset: segment.offset };
    const existing = await createSegment(this.#store, key, this.#head.frame, {
      signal,
      plainBytes: segment.bytes.byteLength,
    });
    if (this.#place?.generation !== place.generation) return false; // abandoned meanwhile
    const uploadedBytes = existing === null ? segment.bytes.byteLength : commonBytes(existing, segment.bytes);
    if (uploadedBytes === 0) throw new ForeignWriterError(formatSegmentKey(key));
    this.#head = null;
    this.#ownership?.confirm();
    this.#uploadedEnd = { index: segment.index, offset: segment.offset + uploadedBytes };
    this.tally.uploads++;
    this.tally.uploadedBytes += uploadedBytes;
    if (this.#queue.advance(uploadedBytes) === 0) this.#uploadedNotice = Math.max(this.#uploadedNotice, segment.notice);
    return true;
  }

  #coverNotice(notice: number): void {
    if (this.#queue.head === null) this.#uploadedNotice = Math.max(this.#uploadedNotice, notice);
    else this.#queue.coverNotice(notice);
  }
}

/**
 * How much of an object that stands in our place is our own: an upload whose reply was lost, perhaps by a run of
 * this program that died since and had captured less. Salts and chained checksums make a chance match impossible.
 *
 * @returns The object's size when our bytes begin with it; else 0.
 */
function commonBytes(existing: Uint8Array, ours: Uint8Array): number {
  const isPrefix = existing.byteLength <= ours.byteLength && existing.every((byte, i) => byte === ours[i]);
  return isPrefix ? existing.byteLength : 0;
}
