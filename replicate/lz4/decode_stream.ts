/**
 * Reading an LZ4 frame piece by piece, in bounded memory.
 *
 * @module
 */

import { decompressBlock } from "./block.ts";
import { ByteQueue } from "./byte_queue.ts";
import { startContentChecksum, xxh32 } from "./content_checksum.ts";
import { Lz4FrameError } from "./frame_error.ts";
import { decodeFrameHeader, FRAME_HEADER_BYTES_MAX, LITTLE_ENDIAN, type Lz4FrameHeader } from "./frame_header.ts";

const STORED_FLAG = 0x8000_0000;

/** How far back a linked block may refer, in bytes. */
const HISTORY_BYTES = 65_536;

/** How a linked frame's memory starts, and an independent one's stays. */
const NO_HISTORY: Uint8Array = new Uint8Array();

/**
 * Decompresses one LZ4 frame and verifies every checksum that it carries.
 *
 * Takes all block sizes, linked blocks, block checksums, and frames without a content checksum. Memory is bounded by
 * the frame's block size (at most 4 MiB).
 *
 * @param chunks The frame's bytes, in pieces of any size.
 * @returns The plain bytes, a block at a time. They may be trusted once the last has been read without an error.
 * @throws {Lz4FrameError} When the frame is damaged, cut short, of an unknown kind, or followed by other bytes.
 */
export async function* decodeStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks);
  try {
    const header = decodeFrameHeader(await queue.peek(FRAME_HEADER_BYTES_MAX));
    await queue.take(header.sizeBytes);
    const checksum = startContentChecksum();
    let plainBytes = 0;
    for await (const plain of decodeBlocks(queue, header)) {
      if (header.hasContentChecksum) checksum.update(plain);
      plainBytes += plain.byteLength;
      yield plain;
    }
    if (header.hasContentChecksum && await takeNumber(queue, "its content checksum") !== checksum.digest()) {
      throw new Lz4FrameError("LZ4 frame does not match its content checksum");
    }
    if (header.contentBytes !== null && header.contentBytes !== plainBytes) {
      throw new Lz4FrameError(`LZ4 frame holds ${plainBytes} bytes where its header says ${header.contentBytes}`);
    }
    if ((await queue.take(1)).byteLength > 0) throw new Lz4FrameError("LZ4 frame is followed by other bytes");
  } finally {
    await queue.close();
  }
}

async function* decodeBlocks(queue: ByteQueue, header: Lz4FrameHeader): AsyncGenerator<Uint8Array> {
  let history = NO_HISTORY;
  for (;;) {
    const size = await takeNumber(queue, "a block's size");
    if (size === 0) return;
    const storedBytes = (size & ~STORED_FLAG) >>> 0;
    if (storedBytes > header.blockBytesMax) throw new Lz4FrameError("LZ4 block is larger than its frame allows");
    const block = await queue.take(storedBytes);
    if (block.byteLength < storedBytes) throw new Lz4FrameError("LZ4 frame ends within a block");
    if (header.hasBlockChecksums && await takeNumber(queue, "a block's checksum") !== xxh32(block)) {
      throw new Lz4FrameError("LZ4 block does not match its checksum");
    }
    const isStored = (size & STORED_FLAG) !== 0;
    const plain = isStored ? block : decompressBlock(block, header.blockBytesMax, history);
    if (!header.blocksIndependent) history = lastBytes(history, plain);
    yield plain;
  }
}

function lastBytes(history: Uint8Array, plain: Uint8Array): Uint8Array {
  if (plain.byteLength >= HISTORY_BYTES) return plain.slice(-HISTORY_BYTES);
  const kept = history.subarray(Math.max(0, history.byteLength + plain.byteLength - HISTORY_BYTES));
  const joined = new Uint8Array(kept.byteLength + plain.byteLength);
  joined.set(kept);
  joined.set(plain, kept.byteLength);
  return joined;
}

async function takeNumber(queue: ByteQueue, what: string): Promise<number> {
  const bytes = await queue.take(4);
  if (bytes.byteLength < 4) throw new Lz4FrameError(`LZ4 frame ends where ${what} was expected`);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, LITTLE_ENDIAN);
}
