/**
 * The block codec: one run of bytes in, one run out. The only place that knows the native library's habits.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { compressFrame, compressSync, uncompressSync } from "lz4-napi";
import { release } from "../release.ts";
import { Lz4FrameError } from "./frame_error.ts";
import { LITTLE_ENDIAN } from "./frame_header.ts";

/** The library puts the plain size in front of each block: a little-endian 32-bit number. */
const SIZE_PREFIX_BYTES = 4;

/**
 * Compresses one block.
 *
 * @param plain The plain bytes.
 * @returns The block, or null when it would be no smaller than the plain bytes.
 */
export function compressBlock(plain: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const prefixed = compressSync(asBuffer(plain));
  const isSmaller = prefixed.byteLength - SIZE_PREFIX_BYTES < plain.byteLength;
  const block = isSmaller ? new Uint8Array(prefixed.subarray(SIZE_PREFIX_BYTES)) : null;
  release(prefixed);
  return block;
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
 * Compresses bytes to one complete frame with independent blocks and a content checksum, outside this thread.
 *
 * @param plain The plain bytes; none gives a frame without content.
 * @returns The frame.
 */
export async function encodeFrame(plain: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const frame = await compressFrame(plain, { contentChecksum: true });
  const copy = new Uint8Array(frame); // the library may hand out slices of a shared pool
  release(frame);
  return copy;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
