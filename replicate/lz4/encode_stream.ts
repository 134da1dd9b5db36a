/**
 * Writing an LZ4 frame piece by piece, in bounded memory.
 *
 * @module
 */

import { writeBlock } from "./block.ts";
import { startContentChecksum } from "./content_checksum.ts";
import { encodeStreamHeader, LITTLE_ENDIAN, STREAM_BLOCK_BYTES } from "./frame_header.ts";

const END_MARK = 0;

/**
 * Compresses a stream to one LZ4 frame: blocks of 64 KiB, each readable alone, and a checksum of the content.
 *
 * @param chunks The plain bytes, in pieces of any size.
 * @returns The frame's bytes, a block or less at a time.
 */
export async function* encodeStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const checksum = startContentChecksum();
  yield encodeStreamHeader();
  for await (const block of blocksOf(chunks)) {
    checksum.update(block);
    yield encodeBlock(block);
  }
  const tail = new Uint8Array(8);
  const view = new DataView(tail.buffer);
  view.setUint32(0, END_MARK, LITTLE_ENDIAN);
  view.setUint32(4, checksum.digest(), LITTLE_ENDIAN);
  yield tail;
}

function encodeBlock(plain: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + plain.byteLength);
  return bytes.subarray(0, writeBlock(plain, bytes));
}

/** Cuts a stream into full blocks; the buffer is reused, so each is read before the next is asked for. */
async function* blocksOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(STREAM_BLOCK_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    let taken = 0;
    while (taken < chunk.byteLength) {
      const part = chunk.subarray(taken, taken + STREAM_BLOCK_BYTES - filled);
      buffer.set(part, filled);
      filled += part.byteLength;
      taken += part.byteLength;
      if (filled === STREAM_BLOCK_BYTES) {
        yield buffer;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}
