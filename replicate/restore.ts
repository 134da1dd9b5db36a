/**
 * Restoring a database from a replica.
 *
 * @module
 */

import { download, type DownloadOptions } from "./download.ts";
import { ReplicateError } from "./errors.ts";
import type { ObjectStore } from "./object_store.ts";
import type { Position } from "./position.ts";
import { Prefetch } from "./prefetch.ts";
import type { SegmentInfo } from "./listing.ts";
import { decodeObject, listReplica } from "./replica.ts";
import { RestoreFile } from "./restore_file.ts";
import { LATEST, planRestore, type RestorePlan, type RestoreTarget } from "./restore_plan.ts";
import { IncompleteTransaction, WalApplier } from "./wal_applier.ts";
import { isPageSize } from "./wal/header.ts";

/** Stored bytes of segments that are fetched ahead. A larger segment is read while it is replayed. */
const PREFETCH_BYTES = 16_777_216;

/** What a segment costs beyond its bytes while it waits, generously: there may be many tiny ones. */
const SEGMENT_BYTES = 16_384;

/** How often a restore plans anew when objects vanish under it, as retention may run meanwhile. */
const MAX_PLANS = 3;

const SQLITE_MAGIC = new TextEncoder().encode("SQLite format 3\0");

/** Options of {@linkcode restore}. */
export interface RestoreOptions extends Omit<DownloadOptions, "onBytes"> {
  /** Where the database is to be; there must be no file. */
  readonly outputPath: string;
  /** What to restore. Default: the newest state. */
  readonly target?: RestoreTarget;
  /** How, when that is known already: it saves a listing. Made anew should its objects have vanished meanwhile. */
  readonly plan?: RestorePlan;
  /** How many WAL segments are fetched at a time, beside the snapshot. Default: 8. */
  readonly parallelism?: number;
  /**
   * Looks at the complete database before it appears under its name, and throws when it must not appear. Gets the path
   * that it has until then.
   */
  readonly verify?: (temporaryPath: string) => Promise<void> | void;
  /** Called when the database is complete and verified, before it appears under its name. */
  readonly beforeAppearance?: (result: RestoreResult) => Promise<void>;
  /** Told how many stored bytes have been read, of how many. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** What was restored. */
export interface RestoreResult {
  /** Where the replica's history ends. */
  readonly position: Position;
  /** Size of the database in bytes. */
  readonly databaseBytes: number;
  /** Size of its pages in bytes. */
  readonly pageBytes: number;
  /** How many objects it took. */
  readonly objects: number;
}

/**
 * Writes a database from a replica. It appears under its name when it is complete and verified, or not at all.
 *
 * Verified are: each object's content checksum, that no object is missing, each WAL's header, and the salts and the
 * chain of checksums through all frames.
 *
 * @param store The replica's objects.
 * @param options Where to, what, and how.
 * @returns What was restored, or null when the replica holds nothing to restore.
 * @throws {ReplicateError} `target-exists`; `object-missing` or `object-damaged`, naming the object;
 * `store-unavailable` or `store-refused`.
 */
export async function restore(store: ObjectStore, options: RestoreOptions): Promise<RestoreResult | null> {
  for (let plans = 1;; plans++) {
    const isKnown = plans === 1 && options.plan !== undefined;
    const listing = isKnown ? [] : await listReplica(store, { signal: options.signal });
    try {
      // A listing of several pages may show what was there before retention ran, and what was there after.
      const plan = isKnown ? options.plan : planRestore(listing, options.target ?? LATEST);
      return plan === null ? null : await carryOut(store, plan, options);
    } catch (error) {
      const hasVanished = error instanceof ReplicateError && error.code === "object-missing";
      if (!hasVanished || plans === MAX_PLANS) throw error;
    }
  }
}

/** Carries a plan out; from the start again for each WAL that turns out to end within a transaction. */
async function carryOut(store: ObjectStore, plan: RestorePlan, options: RestoreOptions): Promise<RestoreResult> {
  // Of this plan only: by the next listing the transaction may have its commit.
  const ends = new Map<number, number>();
  const { index = null, offset } = options.target ?? LATEST;
  if (index !== null && offset !== undefined) ends.set(index, offset);
  for (;;) {
    try {
      return await replay(store, plan, ends, options);
    } catch (error) {
      if (!(error instanceof IncompleteTransaction)) throw error;
      ends.set(error.index, error.end);
    }
  }
}

async function replay(
  store: ObjectStore,
  plan: RestorePlan,
  ends: ReadonlyMap<number, number>,
  options: RestoreOptions,
): Promise<RestoreResult> {
  await using file = await RestoreFile.create(options.outputPath);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    options.onProgress?.(doneBytes, plan.totalBytes);
  };
  const bounds = {
    parallelism: options.parallelism ?? 8,
    sizeMax: PREFETCH_BYTES,
    sizeOf: ({ size }: SegmentInfo) => Math.min(size + SEGMENT_BYTES, PREFETCH_BYTES),
  };
  await using fetched = new Prefetch(plan.segments, bounds, async (segment, stop) => {
    const signal = options.signal === undefined ? stop : AbortSignal.any([options.signal, stop]);
    return { segment, stored: await openSegment(store, segment, { ...options, onBytes, signal }) };
  });
  const pageBytes = await writeSnapshot(store, plan, file, { ...options, onBytes });
  const applier = new WalApplier(file, { generation: plan.generation, pageBytes, ends });
  for await (const { segment, stored } of fetched) {
    await applier.apply(segment, decodeObject(segment.key, stored));
  }
  await applier.finish();
  const databaseBytes = applier.pageCount === null ? file.appendedBytes : applier.pageCount * pageBytes;
  const position = { generation: plan.generation, ...endOf(plan, applier, options.target ?? LATEST) };
  const result = { position, databaseBytes, pageBytes, objects: plan.segments.length + 1 };
  if (options.verify !== undefined) await options.verify(await file.complete(databaseBytes));
  await options.beforeAppearance?.(result);
  await file.finish(databaseBytes);
  return result;
}

/** Where what was replayed ends; segments may reach beyond what was wanted of them. */
function endOf(plan: RestorePlan, { end }: WalApplier, target: RestoreTarget): Omit<Position, "generation"> {
  if (plan.segments.length === 0) return { index: plan.snapshot.index, offset: 0 };
  return end.index === target.index ? { ...end, offset: Math.min(end.offset, target.offset ?? Infinity) } : end;
}

/** Fetches a segment whole, unless it is so large that it has to be read while it is replayed. */
async function openSegment(
  store: ObjectStore,
  segment: SegmentInfo,
  options: DownloadOptions,
): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
  if (segment.size > PREFETCH_BYTES) return download(store, segment.key, options);
  const pieces: Uint8Array[] = [];
  for await (const piece of download(store, segment.key, options)) pieces.push(piece);
  return pieces;
}

/** Writes the snapshot as it is and returns the database's page size. */
async function writeSnapshot(
  store: ObjectStore,
  { snapshot }: RestorePlan,
  file: RestoreFile,
  options: DownloadOptions,
): Promise<number> {
  let pageBytes = 0;
  for await (const block of decodeObject(snapshot.key, download(store, snapshot.key, options))) {
    if (file.appendedBytes === 0) pageBytes = readPageSize(snapshot.key, block);
    await file.append(block);
  }
  if (pageBytes === 0 || file.appendedBytes % pageBytes !== 0) {
    throw damagedSnapshot(snapshot.key, `its ${file.appendedBytes} bytes are no whole number of pages`);
  }
  return pageBytes;
}

/** Reads the page size from a database's first bytes (SQLite's file format document, §1.3). */
function readPageSize(key: string, bytes: Uint8Array): number {
  const isDatabase = bytes.byteLength >= 18 && SQLITE_MAGIC.every((byte, i) => bytes[i] === byte);
  if (!isDatabase) throw damagedSnapshot(key, "it is no SQLite database");
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint16(16);
  const pageBytes = stored === 1 ? 65_536 : stored;
  if (!isPageSize(pageBytes)) throw damagedSnapshot(key, `its page size is ${stored}`);
  return pageBytes;
}

function damagedSnapshot(key: string, what: string): ReplicateError {
  return new ReplicateError("object-damaged", `Cannot restore as the object "${key}" is damaged: ${what}`);
}
