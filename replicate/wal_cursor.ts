/**
 * A place in a live WAL, moved forward as committed frames are captured.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { GenerationReason } from "./events.ts";
import { checksumsEqual } from "./wal/checksum.ts";
import { decodeFrameHeader, FRAME_HEADER_BYTES, frameBytes } from "./wal/frame.ts";
import { encodeWalHeader, WAL_HEADER_BYTES, type WalHeader } from "./wal/header.ts";
import { saltsEqual } from "./wal/salt.ts";
import { firstFramePoint, scanFrames, type ScanPoint, type WalScan } from "./wal/scan.ts";
import type { WalFile } from "./wal_file.ts";

/** The first read of a capture, in bytes: most captures are small, so most need no second one. */
const FIRST_READ_BYTES = 131_072;

/** A run of committed bytes of the WAL. */
export interface CapturedRun {
  /** Where the bytes belong in the WAL. */
  readonly offset: number;
  /** The bytes; the WAL's header comes first when `offset` is 0. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether there was nothing more to capture when these were read. */
  readonly reachedEnd: boolean;
}

/** The WAL is not the one that was being captured: frames may be lost, so the generation cannot go on. */
export class WalDiscontinuity extends ReplicateError {
  /** What happened to the WAL. */
  readonly reason: GenerationReason;

  /** @param reason What happened to the WAL. */
  constructor(reason: GenerationReason) {
    super("wal-discontinuous", `Cannot continue the generation: ${reason}`);
    this.reason = reason;
  }
}

/** Options of {@linkcode WalCursor}. */
export interface WalCursorOptions {
  /** Where the next byte to capture stands. Default: the WAL's first byte. */
  readonly start?: ScanPoint | null;
  /** The most bytes that one run may have; a run is cut within a transaction only when that is larger. */
  readonly runBytesMax: number;
}

/** Captures the committed frames of one WAL in order, each byte once. */
export class WalCursor {
  /** The header of the WAL that this cursor belongs to. */
  readonly header: WalHeader;
  readonly #file: WalFile;
  readonly #frameBytes: number;
  readonly #runBytesMax: number;
  #offset: number;
  #point: ScanPoint;
  /** Everything below this is known to be committed, and so will not change while the WAL is not restarted. */
  #committedEnd: number;
  /** How far {@linkcode WalCursor.findEnd} has looked: the next look goes on from there. */
  #ahead: ScanPoint;
  #buffer = new Uint8Array();

  /**
   * @param file The live WAL.
   * @param header Its header.
   * @param options Where to start, and the size of a run.
   */
  constructor(file: WalFile, header: WalHeader, { start, runBytesMax }: WalCursorOptions) {
    this.header = header;
    this.#file = file;
    this.#frameBytes = frameBytes(header.pageBytes);
    this.#runBytesMax = Math.max(runBytesMax, WAL_HEADER_BYTES + this.#frameBytes);
    this.#point = start ?? firstFramePoint(header);
    this.#ahead = this.#point;
    this.#offset = start?.offset ?? 0;
    this.#committedEnd = this.#offset;
  }

  /** Where the next byte to capture stands. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes that are known to be committed and are not captured yet. */
  get behindBytes(): number {
    return Math.max(WAL_HEADER_BYTES, this.#committedEnd) - this.#offset; // a WAL has its header, and more soon
  }

  /**
   * Captures the next run.
   *
   * @returns The run, or null when nothing more is committed.
   * @throws {WalDiscontinuity} When the WAL was restarted, or what was captured was written over.
   */
  async next(): Promise<CapturedRun | null> {
    await this.#verifyContinuity();
    const from = this.#point;
    const runBytes = this.#wholeFrames(this.#runBytesMax - (this.#offset === 0 ? WAL_HEADER_BYTES : 0));
    const firstBytes = Math.min(runBytes, this.#wholeFrames(FIRST_READ_BYTES));
    let scan = await this.#scanBuffer(from, firstBytes);
    if (scan.stop.offset - from.offset === firstBytes) scan = await this.#scanBuffer(from, runBytes);
    const isFull = scan.stop.offset - from.offset === runBytes;
    const isWithinLargeTransaction = scan.lastCommit === null && isFull && await this.#isCommittedAt(scan.stop);
    const stop = isWithinLargeTransaction ? scan.stop : scan.lastCommit;
    if (stop === null) return null;
    return this.#take(stop, { reachedEnd: !isFull });
  }

  /**
   * Looks ahead, keeping nothing.
   *
   * @returns Where the last commit ends, in bytes.
   */
  async findEnd(): Promise<number> {
    const length = this.#wholeFrames(FIRST_READ_BYTES);
    if (this.#ahead.offset < this.#point.offset) this.#ahead = this.#point;
    for (let point = this.#ahead;;) {
      const bytes = await this.#file.read(point.offset, length);
      const scan = scanFrames(this.header, bytes, point);
      if (scan.lastCommit !== null) {
        this.#ahead = scan.lastCommit;
        this.#committedEnd = Math.max(this.#committedEnd, scan.lastCommit.offset);
      }
      if (scan.end !== "end-of-bytes" || bytes.byteLength < length) return this.#committedEnd;
      point = scan.stop;
    }
  }

  #take(stop: ScanPoint, { reachedEnd }: { readonly reachedEnd: boolean }): CapturedRun {
    const offset = this.#offset;
    const headerBytes = offset === 0 ? WAL_HEADER_BYTES : 0;
    const bytes = new Uint8Array(stop.offset - offset);
    if (headerBytes > 0) bytes.set(encodeWalHeader(this.header));
    bytes.set(this.#buffer.subarray(0, bytes.byteLength - headerBytes), headerBytes);
    this.#offset = stop.offset;
    this.#point = stop;
    this.#committedEnd = Math.max(this.#committedEnd, stop.offset);
    return { offset, bytes, reachedEnd };
  }

  /** Reads frames into the buffer and verifies them; the buffer is kept from capture to capture. */
  async #scanBuffer(from: ScanPoint, length: number): Promise<WalScan> {
    if (this.#buffer.byteLength < length) this.#buffer = new Uint8Array(length);
    const count = await this.#file.readInto(this.#buffer.subarray(0, length), from.offset);
    return scanFrames(this.header, this.#buffer.subarray(0, count), from);
  }

  /** Looks ahead, keeping nothing, for the commit of a transaction that is larger than a run. */
  async #isCommittedAt(from: ScanPoint): Promise<boolean> {
    const length = this.#wholeFrames(FIRST_READ_BYTES);
    for (let point = from; this.#committedEnd < from.offset;) {
      const bytes = await this.#file.read(point.offset, length);
      const scan = scanFrames(this.header, bytes, point);
      if (scan.lastCommit !== null) this.#committedEnd = scan.lastCommit.offset;
      else if (scan.end !== "end-of-bytes" || bytes.byteLength < length) return false;
      point = scan.stop;
    }
    return true;
  }

  /** The length of the whole frames that fit, at least one. */
  #wholeFrames(room: number): number {
    return Math.max(1, Math.floor(room / this.#frameBytes)) * this.#frameBytes;
  }

  async #verifyContinuity(): Promise<void> {
    const header = await this.#file.readHeader();
    if (header === null || !saltsEqual(header.salt, this.header.salt)) {
      throw new WalDiscontinuity("wal restarted by another process");
    }
    if (this.#point.offset === WAL_HEADER_BYTES) return;
    const last = await this.#file.read(this.#point.offset - this.#frameBytes, FRAME_HEADER_BYTES);
    const isUnchanged = last.byteLength === FRAME_HEADER_BYTES &&
      checksumsEqual(decodeFrameHeader(last).checksum, this.#point.checksum);
    if (!isUnchanged) throw new WalDiscontinuity("wal overwritten by another process");
  }
}
