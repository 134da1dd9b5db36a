/**
 * The header of an LZ4 frame (LZ4 frame format 1.6.4, "Frame Header").
 *
 * @module
 */

import { xxh32 } from "./content_checksum.ts";
import { Lz4FrameError } from "./frame_error.ts";

/** The first four bytes of a frame, read as a little-endian number. */
export const FRAME_MAGIC = 0x184d2204;

/** Magic number, descriptor and its checksum, without the optional fields, in bytes. */
export const FRAME_HEADER_BYTES_MIN = 7;

/** The same with a content size and a dictionary id, in bytes. */
export const FRAME_HEADER_BYTES_MAX = 19;

/** The plain bytes of a block in the frames that we stream: small, so that memory stays small. */
export const STREAM_BLOCK_BYTES = 65_536;

/** All numbers of a frame have their lowest byte first; `DataView` asks for it as a flag. */
export const LITTLE_ENDIAN = true;

const VERSION = 0b01;
const BLOCK_BYTES_BY_CODE: Readonly<Record<number, number>> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 };
const STREAM_BLOCK_CODE = 4;

/** What the header of a frame says. */
export interface Lz4FrameHeader {
  /** Size of the header itself, in bytes. */
  readonly sizeBytes: number;
  /** The most plain bytes that a block may hold. */
  readonly blockBytesMax: number;
  /** Whether each block can be read without the ones before it. */
  readonly blocksIndependent: boolean;
  /** Whether a checksum follows each block. */
  readonly hasBlockChecksums: boolean;
  /** Whether a checksum of the whole content follows the last block. */
  readonly hasContentChecksum: boolean;
  /** Plain size of the content in bytes, where the header names it; else null. */
  readonly contentBytes: number | null;
}

/** Encodes the header of the frames that we stream: independent blocks of 64 KiB, a content checksum. */
export function encodeStreamHeader(): Uint8Array<ArrayBuffer> {
  const flags = VERSION << 6 | 1 << 5 | 1 << 2;
  const descriptor = new Uint8Array([flags, STREAM_BLOCK_CODE << 4]);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES_MIN);
  new DataView(bytes.buffer).setUint32(0, FRAME_MAGIC, LITTLE_ENDIAN);
  bytes.set(descriptor, 4);
  bytes[6] = (xxh32(descriptor) >>> 8) & 0xff;
  return bytes;
}

/**
 * Decodes the header of a frame and verifies its checksum.
 *
 * @param bytes The frame's first bytes: 19 of them, or the whole frame when that is shorter.
 * @returns What the header says.
 * @throws {Lz4FrameError} When this is no LZ4 frame, a damaged one, or one of an unknown kind.
 */
export function decodeFrameHeader(bytes: Uint8Array): Lz4FrameHeader {
  if (bytes.byteLength < FRAME_HEADER_BYTES_MIN) throw new Lz4FrameError("LZ4 frame ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, LITTLE_ENDIAN) !== FRAME_MAGIC) {
    throw new Lz4FrameError("Not an LZ4 frame: the magic number is wrong");
  }
  const flags = view.getUint8(4);
  const blockBytesMax = BLOCK_BYTES_BY_CODE[view.getUint8(5) >>> 4 & 7];
  const hasContentSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  const sizeBytes = FRAME_HEADER_BYTES_MIN + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  if (bytes.byteLength < sizeBytes) throw new Lz4FrameError("LZ4 frame ends within its header");
  const expected = (xxh32(bytes.subarray(4, sizeBytes - 1)) >>> 8) & 0xff;
  if (view.getUint8(sizeBytes - 1) !== expected) {
    throw new Lz4FrameError("LZ4 frame header does not match its checksum");
  }
  if (flags >>> 6 !== VERSION) throw new Lz4FrameError(`LZ4 frame has the unknown version ${flags >>> 6}`);
  if ((flags & 0x02) !== 0 || (view.getUint8(5) & 0x8f) !== 0) {
    throw new Lz4FrameError("LZ4 frame uses reserved bits of its header");
  }
  if (blockBytesMax === undefined) throw new Lz4FrameError("LZ4 frame has an unknown block size");
  if (hasDictionary) throw new Lz4FrameError("LZ4 frame needs a dictionary, which is not supported");
  return {
    sizeBytes,
    blockBytesMax,
    blocksIndependent: (flags & 0x20) !== 0,
    hasBlockChecksums: (flags & 0x10) !== 0,
    hasContentChecksum: (flags & 0x04) !== 0,
    contentBytes: hasContentSize ? Number(view.getBigUint64(6, LITTLE_ENDIAN)) : null,
  };
}
