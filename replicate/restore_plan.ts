/**
 * Choosing the objects that a restore needs.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import { formatSegmentKey } from "./object_key.ts";
import type { GenerationListing, SegmentInfo, SnapshotInfo } from "./listing.ts";

/** What to restore. */
export interface RestoreTarget {
  /** The generation; null for the newest that has a snapshot. */
  readonly generation: Generation | null;
  /** The last WAL to apply; null for all. */
  readonly index: number | null;
  /**
   * How much of the last WAL to apply, in bytes; all of it without. Has to be the end of a transaction, and no snapshot
   * of that WAL may show a later one: whoever writes the replica sees to it.
   */
  readonly offset?: number;
  /** Only what was written up to then, in milliseconds since 1970; null for all. */
  readonly timestampMs: number | null;
}

/** The newest state that the replica has. */
export const LATEST: RestoreTarget = { generation: null, index: null, timestampMs: null };

/** The objects of a restore, in the order in which they are applied. */
export interface RestorePlan {
  /** The generation. */
  readonly generation: Generation;
  /** The database to start from. */
  readonly snapshot: SnapshotInfo;
  /** The WAL after it, in ascending order of index and offset. */
  readonly segments: readonly SegmentInfo[];
  /** Stored size of all objects, in bytes. */
  readonly totalBytes: number;
}

/**
 * Plans a restore. Pure: everything it knows stands in the listing.
 *
 * Leftovers below the snapshot are ignored. That offsets follow each other without a gap shows only when the objects
 * are decoded, and is verified then.
 *
 * @param listing The replica's generations, the newest last.
 * @param target What to restore.
 * @returns The plan, or null when there is nothing to restore.
 * @throws {ReplicateError} `object-missing`, naming the key, when the WAL has a gap.
 */
export function planRestore(listing: readonly GenerationListing[], target: RestoreTarget): RestorePlan | null {
  const inTime = listing.map((generation) => upTo(generation, target.timestampMs));
  const chosen = inTime.findLast(({ generation, snapshots }) =>
    snapshots.length > 0 && (target.generation === null || target.generation === generation)
  );
  if (chosen === undefined) return null;
  const snapshot = chosen.snapshots.findLast(({ index }) => target.index === null || index <= target.index);
  if (snapshot === undefined) return null;
  const segments = chosen.segments.filter((segment) => segment.index >= snapshot.index && isWanted(segment, target));
  verifyOrder(chosen.generation, snapshot.index, segments);
  const totalBytes = segments.reduce((sum, { size }) => sum + size, snapshot.size);
  return { generation: chosen.generation, snapshot, segments, totalBytes };
}

function isWanted(segment: SegmentInfo, { index, offset = Infinity }: RestoreTarget): boolean {
  return index === null || segment.index < index || segment.index === index && segment.offset < offset;
}

function upTo(listing: GenerationListing, timestampMs: number | null): GenerationListing {
  if (timestampMs === null) return listing;
  const isInTime = ({ modifiedAtMs }: { readonly modifiedAtMs: number }): boolean => modifiedAtMs <= timestampMs;
  const firstLate = listing.segments.findIndex((segment) => !isInTime(segment));
  const segments = firstLate === -1 ? listing.segments : listing.segments.slice(0, firstLate);
  return { ...listing, snapshots: listing.snapshots.filter(isInTime), segments };
}

function verifyOrder(generation: Generation, firstIndex: number, segments: readonly SegmentInfo[]): void {
  let expectedIndex = firstIndex;
  let previous: SegmentInfo | null = null;
  for (const segment of segments) {
    if (segment.index !== previous?.index) {
      if (previous !== null) expectedIndex = previous.index + 1;
      if (segment.index !== expectedIndex || segment.offset !== 0) {
        throw missingSegment({ generation, index: expectedIndex, offset: 0 }, segment.key);
      }
    }
    previous = segment;
  }
}

/**
 * The error for a gap in the WAL.
 *
 * @param place Where the missing bytes belong.
 * @param nextKey The object that stands behind the gap.
 * @returns The error, which names the missing object.
 */
export function missingSegment(
  place: { readonly generation: Generation; readonly index: number; readonly offset: number },
  nextKey: string,
): ReplicateError {
  const key = formatSegmentKey(place);
  return new ReplicateError(
    "object-missing",
    `Cannot restore as the object "${key}" is missing: the next one is "${nextKey}"`,
  );
}
