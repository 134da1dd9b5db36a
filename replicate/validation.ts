/**
 * Comparing what a replica restores to with the database, page for page.
 *
 * @module
 */

import { statfs } from "node:fs/promises";
import { join } from "@std/path";
import type { Clock } from "./clock.ts";
import { ReplicateError } from "./errors.ts";
import type { ObjectStore } from "./object_store.ts";
import type { PinnedRead } from "./pinned_read.ts";
import { formatPosition } from "./position.ts";
import { release } from "./release.ts";
import { restore, type RestoreResult } from "./restore.ts";
import type { SnapshotRead } from "./snapshot.ts";

/** The name of the file that is restored to, and of what a validation that died has left. */
const FILE_NAME = "validation.db";

/** Disk space that a validation leaves to others, in bytes. */
const SPARE_BYTES = 268_435_456;

/** Pages compared before other work of the thread gets its turn, in bytes. */
const RUN_BYTES = 1_048_576;

/** Objects that are fetched at a time: nobody waits for the result. */
const PARALLELISM = 2;

/** What {@linkcode validateReplica} works with. */
export interface ValidationOptions {
  /** A folder for the restored file, which is as large as the database. Made as needed. */
  readonly folder: string;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * Restores a replica to one position and compares every page with the database as it was at that position.
 *
 * A failure to find out is thrown, and says nothing about the replica: false alarms would be worse than none.
 *
 * @param store The replica's objects. It has everything up to the position, and no snapshot of the same WAL that was
 * begun after it.
 * @param pinned The database at that position.
 * @param options Folder, clock and signal.
 * @returns Null when they are the same; else what is wrong: `replica-differs`, `object-damaged` or `object-missing`.
 * @throws {ReplicateError} `store-unavailable`, `store-refused`, or `internal` when there is not enough disk space.
 */
export async function validateReplica(
  store: ObjectStore,
  { position, read }: PinnedRead,
  { folder, ...options }: ValidationOptions,
): Promise<ReplicateError | null> {
  await Deno.mkdir(folder, { recursive: true });
  const outputPath = join(folder, FILE_NAME);
  await removeFiles(outputPath);
  await assertSpace(folder, read.pageCount * read.pageBytes);
  try {
    const target = { ...position, timestampMs: null };
    const result = await restore(store, { ...options, outputPath, target, parallelism: PARALLELISM });
    const fault = faultOf(store, { position, read }, result);
    return fault ?? await comparePages(outputPath, read, options);
  } catch (error) {
    if (error instanceof ReplicateError && ["object-damaged", "object-missing"].includes(error.code)) return error;
    throw error;
  } finally {
    await removeFiles(outputPath);
  }
}

/** What the restore itself tells: that there is nothing, or less than there was. */
function faultOf(
  store: ObjectStore,
  { position, read }: PinnedRead,
  result: RestoreResult | null,
): ReplicateError | null {
  if (result === null) return new ReplicateError("object-missing", `There is nothing to restore in "${store.url}"`);
  const wanted = formatPosition(position);
  if (formatPosition(result.position) !== wanted) {
    const message = `The replica ends at ${formatPosition(result.position)}, before ${wanted}`;
    return new ReplicateError("object-missing", message);
  }
  const expectedBytes = read.pageCount * read.pageBytes;
  if (result.databaseBytes === expectedBytes) return null;
  return new ReplicateError(
    "replica-differs",
    `The replica restores to ${result.databaseBytes} bytes where the database has ${expectedBytes}, at ${wanted}`,
  );
}

async function comparePages(
  path: string,
  read: SnapshotRead,
  { clock, signal }: Pick<ValidationOptions, "clock" | "signal">,
): Promise<ReplicateError | null> {
  using file = await Deno.open(path, { read: true });
  const pagesPerRun = Math.max(1, RUN_BYTES / read.pageBytes);
  const run = new Uint8Array(pagesPerRun * read.pageBytes);
  const different: number[] = [];
  for (let first = 1; first <= read.pageCount; first += pagesPerRun) {
    signal.throwIfAborted();
    const count = Math.min(pagesPerRun, read.pageCount - first + 1);
    await readFully(file, run.subarray(0, count * read.pageBytes));
    for (let i = 0; i < count; i++) {
      const restored = run.subarray(i * read.pageBytes, (i + 1) * read.pageBytes);
      const page = read.readPage(first + i);
      if (!bytesEqual(restored, page)) different.push(first + i);
      release(page);
    }
    await clock.sleep(0);
  }
  if (different.length === 0) return null;
  return new ReplicateError(
    "replica-differs",
    `The replica restores to other bytes than the database has in ${different.length} of ${read.pageCount} pages, ` +
      `the first of which is page ${different[0]}`,
  );
}

async function readFully(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let filled = 0; filled < bytes.byteLength;) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) throw new Deno.errors.UnexpectedEof("The restored file is shorter than it was");
    filled += count;
  }
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The restored file must not take the space that the database needs to go on. */
async function assertSpace(folder: string, databaseBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const neededBytes = databaseBytes + SPARE_BYTES;
  if (bavail * bsize >= neededBytes) return;
  throw new ReplicateError(
    "internal",
    `Cannot restore to "${folder}" for a comparison as that needs ${neededBytes} bytes: ${bavail * bsize} are free`,
  );
}

async function removeFiles(path: string): Promise<void> {
  for (const name of [path, `${path}.tmp`]) {
    try {
      await Deno.remove(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
