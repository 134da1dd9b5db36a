/**
 * Replaying the segments of WALs onto a database file.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import { missingSegment } from "./restore_plan.ts";
import type { RestoreFile } from "./restore_file.ts";
import { FRAME_HEADER_BYTES, frameBytes } from "./wal/frame.ts";
import { decodeWalHeader, WAL_HEADER_BYTES, type WalHeader } from "./wal/header.ts";
import { firstFramePoint, scanFrames, type ScanPoint } from "./wal/scan.ts";

/** Plain bytes of frames that are held before their pages are written, of each page only the last image. */
const WINDOW_BYTES = 33_554_432;

/** A segment that is about to be replayed. */
export interface ReplaySegment {
  /** Its key, for messages. */
  readonly key: string;
  /** The WAL's ordinal in its generation. */
  readonly index: number;
  /** Where its bytes belong in the WAL. */
  readonly offset: number;
}

/** The end of the complete transactions of a WAL, behind which an incomplete one was written to the file already. */
export class IncompleteTransaction extends Error {
  override readonly name = "IncompleteTransaction";

  /**
   * @param index The WAL.
   * @param end Where its last commit ends, in bytes.
   */
  constructor(readonly index: number, readonly end: number) {
    super("A WAL ends within a transaction that is larger than memory");
  }
}

/** Verifies and replays segments in order: the last image of a page wins, and only commits count. */
export class WalApplier {
  readonly #file: RestoreFile;
  readonly #generation: Generation;
  readonly #pageBytes: number;
  /** Where to stop in a WAL that is known to end within a transaction. */
  readonly #ends: ReadonlyMap<number, number>;
  #index = -1;
  #header: WalHeader | null = null;
  #point: ScanPoint = { offset: 0, checksum: { s0: 0, s1: 0 } };
  #commitEnd = 0;
  #pageCount: number | null = null;
  #committed = new Map<number, Uint8Array>();
  #pending = new Map<number, Uint8Array>();
  #hasSpilled = false;
  /** Whether the WAL ends with a segment without content: whoever took over has closed it. */
  #isSealed = false;
  #heldBytes = 0;

  /**
   * @param file What to write to; the snapshot is in it.
   * @param options The generation (for messages), the database's page size in bytes, and where to stop in a WAL that
   * an earlier attempt has found to end within a transaction.
   */
  constructor(
    file: RestoreFile,
    { generation, pageBytes, ends }: {
      readonly generation: Generation;
      readonly pageBytes: number;
      readonly ends: ReadonlyMap<number, number>;
    },
  ) {
    this.#file = file;
    this.#generation = generation;
    this.#pageBytes = pageBytes;
    this.#ends = ends;
  }

  /** Size of the database in pages after the last commit, or null when no commit was replayed. */
  get pageCount(): number | null {
    return this.#pageCount;
  }

  /** How far the WALs were read: the last one's index and length in bytes. */
  get end(): { readonly index: number; readonly offset: number } {
    return { index: this.#index, offset: this.#point.offset };
  }

  /**
   * Replays one segment.
   *
   * @param segment What it is.
   * @param blocks Its plain bytes, in pieces of any size.
   * @throws {ReplicateError} `object-missing` for a gap before it; `object-damaged` when its bytes are not what
   * SQLite wrote. What was replayed before stands in the file: the caller gives the whole file up.
   */
  async apply(segment: ReplaySegment, blocks: AsyncIterable<Uint8Array>): Promise<void> {
    if (segment.index !== this.#index) this.#beginWal(segment.index, segment.key);
    let rest: Uint8Array = new Uint8Array();
    let isFirst = true;
    for await (const block of blocks) {
      if (isFirst) this.#verifyPlace(segment);
      isFirst = false;
      rest = this.#applyFrames(segment, concat(rest, block));
    }
    if (isFirst) this.#verifyPlace(segment); // without content it still says how far the WAL reached
    this.#isSealed = isFirst;
    if (rest.byteLength > 0) throw damaged(segment, "it ends within a frame");
  }

  /** Ends the last WAL and writes what is held. */
  finish(): void {
    this.#endWal();
    this.#flush();
  }

  #beginWal(index: number, nextKey: string): void {
    const isOpen = this.#pending.size > 0 || this.#hasSpilled;
    if (isOpen && !this.#isSealed) { // its writer went on, so it had written the commit
      throw missingSegment({ generation: this.#generation, index: this.#index, offset: this.#point.offset }, nextKey);
    }
    this.#endWal();
    this.#index = index;
    this.#header = null;
    this.#point = { offset: 0, checksum: { s0: 0, s1: 0 } };
    this.#commitEnd = 0;
  }

  /** A transaction without its commit never happened. */
  #endWal(): void {
    if (this.#hasSpilled) throw new IncompleteTransaction(this.#index, this.#commitEnd);
    this.#pending.clear();
  }

  #verifyPlace(segment: ReplaySegment): void {
    const expected = this.#point.offset;
    if (segment.offset > expected) {
      throw missingSegment({ generation: this.#generation, index: segment.index, offset: expected }, segment.key);
    }
    if (segment.offset < expected) throw damaged(segment, `the object before it reaches beyond its start`);
  }

  /** Replays the whole frames of some bytes and returns what is left of them. */
  #applyFrames(segment: ReplaySegment, bytes: Uint8Array): Uint8Array {
    let frames = bytes;
    if (this.#header === null) {
      if (bytes.byteLength < WAL_HEADER_BYTES) return bytes;
      this.#header = this.#decodeHeader(segment, bytes);
      this.#point = firstFramePoint(this.#header);
      frames = bytes.subarray(WAL_HEADER_BYTES);
    }
    const wholeBytes = frames.byteLength - frames.byteLength % frameBytes(this.#pageBytes);
    const from = this.#point;
    const whole = frames.subarray(0, wholeBytes);
    const scan = scanFrames(this.#header, whole, from, (frame, start) => {
      const offset = from.offset + start + frameBytes(this.#pageBytes);
      if (offset > (this.#ends.get(this.#index) ?? Infinity)) return;
      this.#pending.set(frame.pageNumber, pageOf(whole, start, this.#pageBytes));
      this.#heldBytes += this.#pageBytes;
      if (frame.commitPageCount > 0) this.#commit(frame.commitPageCount, offset);
    });
    this.#point = scan.stop;
    if (scan.stop.offset !== from.offset + wholeBytes) {
      throw damaged(segment, `there is a ${scan.end} at offset ${scan.stop.offset} of the WAL`);
    }
    if (this.#heldBytes >= WINDOW_BYTES) this.#flush();
    return frames.slice(wholeBytes);
  }

  #commit(pageCount: number, end: number): void {
    for (const [pageNumber, page] of this.#pending) this.#committed.set(pageNumber, page);
    this.#pending.clear();
    this.#pageCount = pageCount;
    this.#commitEnd = end;
    this.#hasSpilled = false;
  }

  /** Writes the held pages; those of an open transaction too, when there is no room to wait for its commit. */
  #flush(): void {
    this.#file.writePages(this.#committed, this.#pageBytes);
    this.#committed.clear();
    this.#heldBytes = this.#pending.size * this.#pageBytes;
    if (this.#heldBytes < WINDOW_BYTES) return;
    this.#file.writePages(this.#pending, this.#pageBytes);
    this.#pending.clear();
    this.#heldBytes = 0;
    this.#hasSpilled = true;
  }

  #decodeHeader(segment: ReplaySegment, bytes: Uint8Array): WalHeader {
    const result = decodeWalHeader(bytes);
    if (!result.ok) throw damaged(segment, `its WAL header is wrong (${result.fault})`);
    if (result.header.pageBytes !== this.#pageBytes) {
      throw damaged(
        segment,
        `its pages have ${result.header.pageBytes} bytes where the snapshot's have ${this.#pageBytes}`,
      );
    }
    return result.header;
  }
}

function pageOf(frames: Uint8Array, start: number, pageBytes: number): Uint8Array {
  return frames.subarray(start + FRAME_HEADER_BYTES, start + FRAME_HEADER_BYTES + pageBytes);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.byteLength === 0) return b;
  const joined = new Uint8Array(a.byteLength + b.byteLength);
  joined.set(a);
  joined.set(b, a.byteLength);
  return joined;
}

function damaged(segment: ReplaySegment, what: string): ReplicateError {
  return new ReplicateError("object-damaged", `Cannot restore as the object "${segment.key}" is damaged: ${what}`);
}
