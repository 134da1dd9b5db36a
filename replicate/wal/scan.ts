/**
 * Walking the frames of a WAL as far as they are valid.
 *
 * @module
 */

import { type Checksum, checksumsEqual, checksumWords } from "./checksum.ts";
import { continueFrameChecksum, frameBytes, type FrameHeader, frameHeaderAt } from "./frame.ts";
import { WAL_HEADER_BYTES, type WalHeader } from "./header.ts";
import { saltsEqual } from "./salt.ts";

/** A place between two frames, and the checksum up to it. */
export interface ScanPoint {
  /** Offset in the WAL, in bytes. */
  readonly offset: number;
  /** The checksum of the frame that ends here, or of the WAL header. */
  readonly checksum: Checksum;
}

/** The end of a committed transaction. */
export interface WalCommit extends ScanPoint {
  /** Size of the database in pages after the commit. */
  readonly pageCount: number;
}

/**
 * Why a scan stopped. `end-of-bytes`: what was given ended on a frame's boundary. `partial-frame`: it ended within
 * a frame. `salt-mismatch`: a leftover of an earlier WAL. `checksum-mismatch`: bytes of a write that is under way,
 * was torn, or was damaged.
 */
export type WalEnd = "end-of-bytes" | "partial-frame" | "salt-mismatch" | "checksum-mismatch";

/** What a scan found. */
export interface WalScan {
  /** The place after the last valid frame. */
  readonly stop: ScanPoint;
  /** Why it stopped there. */
  readonly end: WalEnd;
  /** The last commit that was seen, or null. */
  readonly lastCommit: WalCommit | null;
}

/** Told of each valid frame: its header, and where it begins in the bytes given. */
export type FrameVisitor = (frame: FrameHeader, start: number) => void;

/**
 * The place before the first frame.
 *
 * @param header The WAL's header.
 * @returns The point from which the first scan starts.
 */
export function firstFramePoint(header: WalHeader): ScanPoint {
  return { offset: WAL_HEADER_BYTES, checksum: header.checksum };
}

/**
 * Verifies salts and checksums frame by frame and stops at the first that fails.
 *
 * @param header The WAL's header.
 * @param bytes The WAL's bytes from `from.offset` on.
 * @param from Where the bytes begin, and the checksum up to there.
 * @param visit Told of each valid frame, whether its transaction is complete or not.
 * @returns How far the frames are valid, the last commit among them, and why the scan stopped.
 */
export function scanFrames(header: WalHeader, bytes: Uint8Array, from: ScanPoint, visit?: FrameVisitor): WalScan {
  const sizeBytes = frameBytes(header.pageBytes);
  const words = checksumWords(bytes, header.byteOrder);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let stop: ScanPoint = from;
  let lastCommit: WalCommit | null = null;
  for (let start = 0;; start += sizeBytes) {
    if (start === bytes.byteLength) return { stop, end: "end-of-bytes", lastCommit };
    if (start + sizeBytes > bytes.byteLength) return { stop, end: "partial-frame", lastCommit };
    const frame = frameHeaderAt(view, start);
    if (!saltsEqual(frame.salt, header.salt)) return { stop, end: "salt-mismatch", lastCommit };
    const checksum = continueFrameChecksum(stop.checksum, words, start, sizeBytes);
    const valid = checksumsEqual(checksum, frame.checksum) && frame.pageNumber !== 0; // SQLite refuses page 0 too
    if (!valid) return { stop, end: "checksum-mismatch", lastCommit };
    stop = { offset: stop.offset + sizeBytes, checksum };
    if (frame.commitPageCount !== 0) lastCommit = { ...stop, pageCount: frame.commitPageCount };
    visit?.(frame, start);
  }
}
