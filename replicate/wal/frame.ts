/**
 * The frames of a WAL: a header of 24 bytes, then the image of one page (SQLite's file format document, §4.1).
 *
 * @module
 */

import { type ByteOrder, type Checksum, checksumWords, continueChecksum } from "./checksum.ts";
import { WAL_HEADER_BYTES, type WalHeader } from "./header.ts";
import type { Salt } from "./salt.ts";

/** Size of a frame's header in bytes. */
export const FRAME_HEADER_BYTES = 24;

/** How many bytes of a frame's header its checksum covers: the page number and the commit size. */
const CHECKED_HEADER_BYTES = 8;

/** The header of a frame. */
export interface FrameHeader {
  /** Which page the frame holds, from 1. */
  readonly pageNumber: number;
  /** Size of the database in pages after this commit; 0 on a frame that ends no transaction. */
  readonly commitPageCount: number;
  /** Equal to the WAL header's salt, unless the frame is a leftover of an earlier WAL. */
  readonly salt: Salt;
  /** The checksum up to and including this frame. */
  readonly checksum: Checksum;
}

/**
 * The size of a frame.
 *
 * @param pageBytes Size of a page in bytes.
 * @returns Size of the frame's header and page together, in bytes.
 */
export function frameBytes(pageBytes: number): number {
  return FRAME_HEADER_BYTES + pageBytes;
}

/**
 * Counts the frames below an offset.
 *
 * @param offset An offset in the WAL, in bytes: 0, or on a frame's boundary.
 * @param pageBytes Size of a page in bytes.
 * @returns The number of frames that end at or before the offset.
 */
export function framesBelow(offset: number, pageBytes: number): number {
  return Math.max(0, Math.floor((offset - WAL_HEADER_BYTES) / frameBytes(pageBytes)));
}

/**
 * Decodes a frame's header.
 *
 * @param bytes At least 24 bytes, from the frame's start.
 * @param offset Where the frame begins in `bytes`. Default: 0.
 * @returns The header; nothing is verified.
 * @throws {RangeError} When there are fewer than 24 bytes.
 */
export function decodeFrameHeader(bytes: Uint8Array, offset = 0): FrameHeader {
  return frameHeaderAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset);
}

/**
 * The same for one of many frames in a row, whose bytes are looked at through one view.
 *
 * @param view The frames.
 * @param offset Where the frame begins.
 * @returns The header; nothing is verified.
 * @throws {RangeError} When there are fewer than 24 bytes.
 */
export function frameHeaderAt(view: DataView, offset: number): FrameHeader {
  return {
    pageNumber: view.getUint32(offset),
    commitPageCount: view.getUint32(offset + 4),
    salt: { salt1: view.getUint32(offset + 8), salt2: view.getUint32(offset + 12) },
    checksum: { s0: view.getUint32(offset + 16), s1: view.getUint32(offset + 20) },
  };
}

/**
 * Encodes a frame that follows another.
 *
 * @param header The header of the WAL, for salt, byte order and page size.
 * @param previous The checksum of the frame before it, or of the WAL header.
 * @param pageNumber Which page the frame holds, from 1.
 * @param commitPageCount Size of the database in pages, or 0 when the transaction goes on.
 * @param page The page's image.
 * @returns The frame's bytes; its checksum stands in them.
 */
export function encodeFrame(
  header: WalHeader,
  previous: Checksum,
  { pageNumber, commitPageCount, page }: {
    readonly pageNumber: number;
    readonly commitPageCount: number;
    readonly page: Uint8Array;
  },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(frameBytes(header.pageBytes));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, pageNumber);
  view.setUint32(4, commitPageCount);
  view.setUint32(8, header.salt.salt1);
  view.setUint32(12, header.salt.salt2);
  bytes.set(page, FRAME_HEADER_BYTES);
  const { s0, s1 } = frameChecksum(bytes, header.byteOrder, previous);
  view.setUint32(16, s0);
  view.setUint32(20, s1);
  return bytes;
}

/**
 * Computes the checksum of a frame from its bytes.
 *
 * @param bytes The whole frame.
 * @param byteOrder How the WAL orders the bytes of a word.
 * @param previous The checksum of the frame before it, or of the WAL header.
 * @returns The checksum that the frame's header should carry.
 */
export function frameChecksum(bytes: Uint8Array, byteOrder: ByteOrder, previous: Checksum): Checksum {
  return continueFrameChecksum(previous, checksumWords(bytes, byteOrder), 0, bytes.byteLength);
}

/**
 * Continues a checksum over one frame within a larger run of words.
 *
 * @param previous The checksum of the frame before it, or of the WAL header.
 * @param words The words of a run of frames.
 * @param frameOffset Where the frame begins in the run, in bytes.
 * @param sizeBytes Size of the frame in bytes.
 * @returns The checksum that the frame's header should carry.
 */
export function continueFrameChecksum(
  previous: Checksum,
  words: Uint32Array,
  frameOffset: number,
  sizeBytes: number,
): Checksum {
  const start = frameOffset / 4;
  const afterHeader = continueChecksum(previous, words, start, start + CHECKED_HEADER_BYTES / 4);
  return continueChecksum(afterHeader, words, start + FRAME_HEADER_BYTES / 4, start + sizeBytes / 4);
}
