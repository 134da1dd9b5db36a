/**
 * Writing the whole database to the replica.
 *
 * @module
 */

import { encodeStream } from "./lz4/encode_stream.ts";
import { formatSnapshotKey, type SnapshotKey } from "./object_key.ts";
import type { ObjectStore } from "./object_store.ts";
import { release } from "./release.ts";

/** Pages read before other work of the thread gets its turn, in bytes. */
const RUN_BYTES = 1_048_576;

/** LZ4 may make incompressible bytes larger: by 4 bytes in each block of 64 KiB, and a frame's header and end. */
const FRAME_OVERHEAD_RATIO = 1 + 4 / 65_536;
const FRAME_OVERHEAD_BYTES = 64;

/** The database as it was at one instant, for as long as this is open. */
export interface SnapshotRead extends Disposable {
  /** Size of the database in pages. */
  readonly pageCount: number;
  /** Size of a page in bytes. */
  readonly pageBytes: number;
  /**
   * Reads one page.
   *
   * @param pageNumber Its number, from 1.
   * @returns The page; the caller's own, who may release its memory.
   */
  readPage(pageNumber: number): Uint8Array;
}

/** Options of {@linkcode writeSnapshot}. */
export interface SnapshotOptions {
  /** Gives up; nothing becomes visible then. */
  readonly signal?: AbortSignal | undefined;
  /** Lets other work of the thread run. */
  readonly yieldTurn: () => Promise<void>;
  /** Told how many plain bytes were read so far. */
  readonly onProgress?: (doneBytes: number) => void;
}

/**
 * Streams a database's pages to `snapshots/<index>.snapshot.lz4`, in bounded memory.
 *
 * Call it only when every segment below the instant that the read transaction sees is in the replica: a visible
 * snapshot that is ahead of the visible WAL would let a restore mix two states.
 *
 * @param store Where to.
 * @param key The generation, and the index of the WAL at the instant that is seen.
 * @param read The read transaction.
 * @param options Signal, turns and progress.
 * @throws {ReplicateError} What the store throws.
 */
export async function writeSnapshot(
  store: ObjectStore,
  key: Omit<SnapshotKey, "type">,
  read: SnapshotRead,
  options: SnapshotOptions,
): Promise<void> {
  const sizeBytes = read.pageCount * read.pageBytes;
  const sizeBoundBytes = Math.ceil(sizeBytes * FRAME_OVERHEAD_RATIO) + FRAME_OVERHEAD_BYTES;
  await store.putStream(formatSnapshotKey(key), encodeStream(pages(read, options)), {
    sizeBoundBytes,
    signal: options.signal,
  });
}

/**
 * Pages in runs: to hand them on one by one would cost more than to read them. All runs share one buffer, as garbage
 * outside of the JavaScript heap is collected late: whoever takes one is done with it when asking for the next.
 */
async function* pages(read: SnapshotRead, options: SnapshotOptions): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const pagesPerRun = Math.max(1, RUN_BYTES / read.pageBytes);
  const buffer = new Uint8Array(Math.min(pagesPerRun, read.pageCount) * read.pageBytes);
  for (let first = 1; first <= read.pageCount; first += pagesPerRun) {
    const count = Math.min(pagesPerRun, read.pageCount - first + 1);
    const run = buffer.subarray(0, count * read.pageBytes);
    for (let i = 0; i < count; i++) {
      const page = read.readPage(first + i);
      run.set(page, i * read.pageBytes);
      release(page);
    }
    yield run;
    options.onProgress?.((first + count - 1) * read.pageBytes);
    options.signal?.throwIfAborted();
    await options.yieldTurn();
  }
}
