/**
 * Comparing a replica with the database that other processes write meanwhile.
 *
 * A difference is told only when the replica is to blame: what was not found out is a reason, never an alarm.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { ReplicateError } from "../errors.ts";
import type { GenerationListing } from "../listing.ts";
import { findLogEnd, segmentLength } from "../log_end.ts";
import { locateWal } from "../locate_wal.ts";
import type { ObjectStore } from "../object_store.ts";
import type { Position } from "../position.ts";
import { listReplica } from "../replica.ts";
import { validateReplica } from "../validation.ts";
import { pinDatabase, type PinnedDatabase } from "./pin_database.ts";

/** How long the replica has to come as far as the database was, in milliseconds, unless it is paced more slowly. */
const WAIT_MS = 30_000;

/** The pause between two looks, in milliseconds. */
const LOOK_MS = 1_000;

/** What a comparison has found. */
export type LiveComparison =
  /** Every page is the same. */
  | { readonly type: "equal"; readonly position: Position }
  /** The replica does not hold what the database held there. */
  | { readonly type: "different"; readonly fault: ReplicateError }
  /** That could not be found out. */
  | { readonly type: "unknown"; readonly why: string };

/** What {@linkcode compareLive} works with. */
export interface LiveOptions {
  /** The path of the database. */
  readonly databasePath: string;
  /** A folder for what is restored. */
  readonly folder: string;
  /** Least time between two uploads to the replica, in milliseconds. */
  readonly syncIntervalMs: number;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * Compares every page of a database with what its replica restores to, at one position.
 *
 * Without a WAL that the replica knows, the database has no position: then it is compared with the replica's end, and
 * only that they are the same means anything.
 *
 * @param store The replica's objects.
 * @param options The database, a folder, and patience.
 * @returns What was found out.
 * @throws {ReplicateError} What the store or SQLite throws: it says nothing about the replica.
 */
export async function compareLive(store: ObjectStore, options: LiveOptions): Promise<LiveComparison> {
  const before = await listReplica(store, options);
  const pinned = await pinDatabase(options.databasePath, options);
  try {
    const known = pinned.wal && await waitForReplica(store, pinned.wal, options);
    const position = known ?? await endOf(store, options);
    if (position === null) return { type: "unknown", why: "the replica holds no snapshot" };
    const fault = await validateReplica(store, { position, read: pinned.read }, options);
    if (fault === null) return { type: "equal", position };
    if (known === null) return { type: "unknown", why: whyUnknown(pinned) };
    const after = await listReplica(store, options);
    return snapshotsOf(before, position) === snapshotsOf(after, position)
      ? { type: "different", fault }
      : { type: "unknown", why: "a snapshot came or went meanwhile: try again" };
  } finally {
    pinned.read[Symbol.dispose]();
  }
}

function whyUnknown({ wal }: PinnedDatabase): string {
  return wal === null
    ? "the database has no WAL, so nothing tells which state it has, and it is not the replica's newest"
    : "the replica has not come as far as the database: its replication does not run, is behind, or is fenced";
}

/** Where the database stood, once the replica has all up to there; null when that takes too long. */
async function waitForReplica(
  store: ObjectStore,
  { header, offset }: NonNullable<PinnedDatabase["wal"]>,
  { clock, signal, syncIntervalMs }: LiveOptions,
): Promise<Position | null> {
  const giveUpAt = clock.monotonic() + Math.max(WAIT_MS, 2 * syncIntervalMs);
  for (;;) {
    const listing = newestOf(await listReplica(store, { signal }));
    const index = listing && await locateWal(store, listing, header, { signal });
    if (listing !== null && index !== null && await reaches(store, { listing, index, offset, signal })) {
      return { generation: listing.generation, index, offset };
    }
    if (clock.monotonic() >= giveUpAt) return null;
    await clock.sleep(LOOK_MS, signal);
  }
}

/** Whether the replica has a WAL up to an offset. That it has a later WAL proves nothing: another instance may write it. */
async function reaches(
  store: ObjectStore,
  { listing, index, offset, signal }: {
    readonly listing: GenerationListing;
    readonly index: number;
    readonly offset: number;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const last = listing.segments.findLast((segment) => segment.index === index);
  if (last === undefined) return false;
  return last.offset >= offset || last.offset + await segmentLength(store, last.key, { signal }) >= offset;
}

async function endOf(store: ObjectStore, { signal }: LiveOptions): Promise<Position | null> {
  const newest = newestOf(await listReplica(store, { signal }));
  if (newest === null) return null;
  const { generation, index, offset } = await findLogEnd(store, newest, { signal });
  return { generation, index, offset };
}

function newestOf(listing: readonly GenerationListing[]): GenerationListing | null {
  return listing.findLast(({ snapshots }) => snapshots.length > 0) ?? null;
}

/** The snapshots on which a restore of a position depends, and whether its generation is the newest. */
function snapshotsOf(listing: readonly GenerationListing[], { generation, index }: Position): string {
  const newest = newestOf(listing);
  if (newest?.generation !== generation) return "";
  return newest.snapshots.filter((snapshot) => snapshot.index <= index).map(({ key }) => key).join();
}
