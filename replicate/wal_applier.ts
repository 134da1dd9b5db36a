/**
 * Replaying the segments of WALs onto a database file.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import { PageWindow } from "./page_window.ts";
import { missingSegment } from "./restore_plan.ts";
import type { RestoreFile } from "./restore_file.ts";
import { FRAME_HEADER_BYTES, frameBytes } from "./wal/frame.ts";
import { decodeWalHeader, WAL_HEADER_BYTES, type WalHeader } from "./wal/header.ts";
import { firstFramePoint, scanFrames, type ScanPoint } from "./wal/scan.ts";

/** How many bytes of pages are held before they are written. There are two such windows: one fills, one is written. */
const WINDOW_BYTES = 8_388_608;

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
  #window: PageWindow;
  /** What was the window before, and may still be written. */
  #otherWindow: PageWindow;
  /** The bytes of a segment that are being replayed, from the start of a frame on. */
  #bytes = new Uint8Array();
  #hasSpilled = false;
  /** Whether the WAL ends with a segment without content: whoever took over has closed it. */
  #isSealed = false;

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
    this.#window = new PageWindow(pageBytes, WINDOW_BYTES);
    this.#otherWindow = new PageWindow(pageBytes, WINDOW_BYTES);
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
   * @param blocks Its plain bytes, in pieces of 4 MiB at the most: LZ4's largest block.
   * @throws {ReplicateError} `object-missing` for a gap before it; `object-damaged` when its bytes are not what
   * SQLite wrote. What was replayed before stands in the file: the caller gives the whole file up.
   */
  async apply(segment: ReplaySegment, blocks: AsyncIterable<Uint8Array>): Promise<void> {
    if (segment.index !== this.#index) this.#beginWal(segment.index, segment.key);
    let restBytes = 0;
    let isFirst = true;
    for await (const block of blocks) {
      if (isFirst) this.#verifyPlace(segment);
      isFirst = false;
      const sizeBytes = this.#hold(block, restBytes);
      restBytes = await this.#applyFrames(segment, sizeBytes);
    }
    if (isFirst) this.#verifyPlace(segment); // without content it still says how far the WAL reached
    this.#isSealed = isFirst;
    if (restBytes > 0) throw damaged(segment, "it ends within a frame");
  }

  /** Ends the last WAL and writes what is held. */
  async finish(): Promise<void> {
    this.#endWal();
    await this.#flush();
  }

  #beginWal(index: number, nextKey: string): void {
    const isOpen = this.#window.isOpen || this.#hasSpilled;
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
    this.#window.rollBack();
  }

  #verifyPlace(segment: ReplaySegment): void {
    const expected = this.#point.offset;
    if (segment.offset > expected) {
      throw missingSegment({ generation: this.#generation, index: segment.index, offset: expected }, segment.key);
    }
    if (segment.offset < expected) throw damaged(segment, `the object before it reaches beyond its start`);
  }

  /** Puts bytes behind the rest of those before, in memory that is used again, and returns how many there are now. */
  #hold(block: Uint8Array, restBytes: number): number {
    const sizeBytes = restBytes + block.byteLength;
    if (sizeBytes > this.#bytes.byteLength) {
      const larger = new Uint8Array(sizeBytes + frameBytes(this.#pageBytes));
      larger.set(this.#bytes.subarray(0, restBytes));
      this.#bytes = larger;
    }
    this.#bytes.set(block, restBytes);
    return sizeBytes;
  }

  /** Replays the whole frames of the bytes that are held; moves the rest to the front, and returns its size. */
  async #applyFrames(segment: ReplaySegment, sizeBytes: number): Promise<number> {
    let start = 0;
    if (this.#header === null) {
      if (sizeBytes < WAL_HEADER_BYTES) return sizeBytes;
      this.#header = this.#decodeHeader(segment, this.#bytes.subarray(0, sizeBytes));
      this.#point = firstFramePoint(this.#header);
      start = WAL_HEADER_BYTES;
    }
    const wholeBytes = sizeBytes - start - (sizeBytes - start) % frameBytes(this.#pageBytes);
    await this.#makeRoom(wholeBytes / frameBytes(this.#pageBytes));
    this.#scan(this.#header, segment, this.#bytes.subarray(start, start + wholeBytes));
    this.#bytes.copyWithin(0, start + wholeBytes, sizeBytes);
    return sizeBytes - start - wholeBytes;
  }

  #scan(header: WalHeader, segment: ReplaySegment, frames: Uint8Array): void {
    const from = this.#point;
    const endMax = this.#ends.get(this.#index) ?? Infinity;
    const scan = scanFrames(header, frames, from, (frame, start) => {
      const end = from.offset + start + frameBytes(this.#pageBytes);
      if (end > endMax) return;
      this.#window.add(frame.pageNumber, pageOf(frames, start, this.#pageBytes));
      if (frame.commitPageCount > 0) this.#commit(frame.commitPageCount, end);
    });
    this.#point = scan.stop;
    if (scan.stop.offset !== from.offset + frames.byteLength) {
      throw damaged(segment, `there is a ${scan.end} at offset ${scan.stop.offset} of the WAL`);
    }
  }

  #commit(pageCount: number, end: number): void {
    this.#window.commit();
    this.#pageCount = pageCount;
    this.#commitEnd = end;
    this.#hasSpilled = false;
  }

  /** Has room for some pages; writes those of an open transaction too, when there is none to wait for its commit. */
  async #makeRoom(pages: number): Promise<void> {
    if (this.#window.room >= pages) return;
    await this.#flush();
    if (this.#window.room >= pages) return;
    this.#window.commit();
    this.#hasSpilled = true;
    await this.#flush();
  }

  /** Begins to write the committed pages, and goes on in the other window. */
  async #flush(): Promise<void> {
    await this.#file.writePages(this.#window.runs());
    this.#otherWindow.continue(this.#window);
    [this.#window, this.#otherWindow] = [this.#otherWindow, this.#window];
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

function damaged(segment: ReplaySegment, what: string): ReplicateError {
  return new ReplicateError("object-damaged", `Cannot restore as the object "${segment.key}" is damaged: ${what}`);
}
