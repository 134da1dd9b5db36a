/**
 * What a replica holds, as far as the names of its objects tell.
 *
 * @module
 */

import type { Generation } from "./generation.ts";
import { parseObjectKey } from "./object_key.ts";
import type { ObjectInfo } from "./object_store.ts";
import { comparePlaces } from "./position.ts";

/** A snapshot as a listing shows it. */
export interface SnapshotInfo extends ObjectInfo {
  /** The WAL from whose start the replay must begin. */
  readonly index: number;
}

/** A segment as a listing shows it. */
export interface SegmentInfo extends ObjectInfo {
  /** The WAL's ordinal in its generation. */
  readonly index: number;
  /** Where the bytes belong in the WAL. */
  readonly offset: number;
}

/** All that the replica has of one generation. */
export interface GenerationListing {
  /** The generation. */
  readonly generation: Generation;
  /** In ascending order of index. */
  readonly snapshots: readonly SnapshotInfo[];
  /** In ascending order of index and offset. */
  readonly segments: readonly SegmentInfo[];
  /** When the newest object was written, in milliseconds since 1970. */
  readonly updatedAtMs: number;
}

/**
 * Sorts objects by generation.
 *
 * @param objects A listing in any order; names that mean nothing to us are left out.
 * @returns The generations, in ascending order of their newest object, names deciding between equals.
 */
export function groupByGeneration(objects: Iterable<ObjectInfo>): GenerationListing[] {
  const groups = new Map<Generation, { snapshots: SnapshotInfo[]; segments: SegmentInfo[]; updatedAtMs: number }>();
  for (const object of objects) {
    const key = parseObjectKey(object.key);
    if (key === null) continue;
    const group = groups.get(key.generation) ?? { snapshots: [], segments: [], updatedAtMs: 0 };
    groups.set(key.generation, group);
    group.updatedAtMs = Math.max(group.updatedAtMs, object.modifiedAtMs);
    if (key.type === "snapshot") group.snapshots.push({ ...object, index: key.index });
    else group.segments.push({ ...object, index: key.index, offset: key.offset });
  }
  return Array.from(groups, ([generation, { snapshots, segments, updatedAtMs }]) => ({
    generation,
    snapshots: snapshots.sort((a, b) => a.index - b.index),
    segments: segments.sort(comparePlaces),
    updatedAtMs,
  })).sort((a, b) => a.updatedAtMs - b.updatedAtMs || (a.generation < b.generation ? -1 : 1));
}
