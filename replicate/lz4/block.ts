/**
 * The block codec: one run of bytes in, one run out. The only place that knows the native library's habits.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { compressSync, uncompressSync } from "lz4-napi";
import { release } from "../release.ts";
import { startContentChecksum } from "./content_checksum.ts";
import { Lz4FrameError } from "./frame_error.ts";
import { encodeStreamHeader, FRAME_HEADER_BYTES_MIN, LITTLE_ENDIAN, STREAM_BLOCK_BYTES } from "./frame_header.ts";

/** The library puts the plain size in front of each block: a little-endian 32-bit number. */
const SIZE_PREFIX_BYTES = 4;

/** Marks a block that is stored as it is. */
const STORED_FLAG = 0x8000_0000;

/** The end mark and the content checksum. */
const FRAME_TAIL_BYTES = 8;

/**
 * Compresses one block.
 *
 * @param plain The plain bytes.
 * @returns The block, or null when it would be no smaller than the plain bytes.
 */
export function compressBlock(plain: Uint8Array): Uint8Array | null {
  const prefixed = compressSync(asBuffer(plain));
  const block = new Uint8Array(prefixed.buffer, prefixed.byteOffset, prefixed.byteLength).subarray(SIZE_PREFIX_BYTES);
  if (block.byteLength < plain.byteLength) return block;
  releaseBlock(block);
  return null;
}

/**
 * Decompresses one block.
 *
 * @param block The compressed bytes.
 * @param plainBytesMax The most plain bytes that it may hold.
 * @param history The plain bytes before this block, where blocks are linked; else empty.
 * @returns The plain bytes.
 * @throws {Lz4FrameError} When the block is damaged or holds more than it may.
 */
export function decompressBlock(block: Uint8Array, plainBytesMax: number, history: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(SIZE_PREFIX_BYTES + block.byteLength);
  new DataView(prefixed.buffer).setUint32(0, plainBytesMax, LITTLE_ENDIAN);
  prefixed.set(block, SIZE_PREFIX_BYTES);
  try {
    const plain = uncompressSync(prefixed, history.byteLength > 0 ? history : undefined);
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch (error) {
    throw new Lz4FrameError("LZ4 block is damaged", { cause: error });
  } finally {
    release(prefixed);
  }
}

/**
 * Gives a block's memory back at once: it is the library's own, which the garbage collector does not count.
 *
 * @param block What {@linkcode compressBlock} has returned; empty after this.
 */
export function releaseBlock({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const start = Math.max(0, byteOffset - SIZE_PREFIX_BYTES); // the size in front of it is the library's too
  release(new Uint8Array(buffer, start, byteOffset + byteLength - start));
}

/**
 * Compresses bytes to one complete frame with independent blocks and a content checksum: block by block on this thread,
 * because the library's threads keep a multiple of what they work on.
 *
 * @param plain The plain bytes; none gives a frame without content.
 * @returns The frame.
 */
export function encodeFrame(plain: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve) => resolve(frameOf(plain)));
}

function frameOf(plain: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil(plain.byteLength / STREAM_BLOCK_BYTES);
  const frame = new Uint8Array(FRAME_HEADER_BYTES_MIN + blocks * 4 + plain.byteLength + FRAME_TAIL_BYTES);
  frame.set(encodeStreamHeader());
  const checksum = startContentChecksum();
  let end = FRAME_HEADER_BYTES_MIN;
  for (let at = 0; at < plain.byteLength; at += STREAM_BLOCK_BYTES) {
    const block = plain.subarray(at, at + STREAM_BLOCK_BYTES);
    checksum.update(block);
    end += writeBlock(block, frame.subarray(end));
  }
  const tail = new DataView(frame.buffer, end, FRAME_TAIL_BYTES);
  tail.setUint32(4, checksum.digest(), LITTLE_ENDIAN); // after the end mark, four zeros
  return new Uint8Array(frame.buffer.transfer(end + FRAME_TAIL_BYTES));
}

/**
 * Compresses one block of a frame, or stores it as it is when that is no larger.
 *
 * @param plain The plain bytes.
 * @param room Where the block's length and its bytes go; four bytes more than the plain bytes always suffice.
 * @returns How many bytes were written.
 */
export function writeBlock(plain: Uint8Array, room: Uint8Array): number {
  const compressed = compressBlock(plain);
  const data = compressed ?? plain;
  const header = (data.byteLength | (compressed ? 0 : STORED_FLAG)) >>> 0;
  new DataView(room.buffer, room.byteOffset).setUint32(0, header, LITTLE_ENDIAN);
  room.set(data, 4);
  const written = 4 + data.byteLength;
  if (compressed) releaseBlock(compressed);
  return written;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
