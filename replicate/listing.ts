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
  /** When the oldest object was written, in milliseconds since 1970. */
  readonly createdAtMs: number;
  /** When the newest object was written, in milliseconds since 1970. */
  readonly updatedAtMs: number;
}

/** The parts of a listing that tell where a generation's log ends. */
export type LogListing = Pick<GenerationListing, "generation" | "snapshots" | "segments">;

/**
 * Sorts objects by generation.
 *
 * @param objects A listing in any order; names that mean nothing to us are left out.
 * @returns The generations, the newest last: in ascending order of their newest object. Stores tell time in seconds, so
 * where that is about the same, the generation that began later comes later.
 */
export function groupByGeneration(objects: Iterable<ObjectInfo>): GenerationListing[] {
  const groups = new Map<Generation, { snapshots: SnapshotInfo[]; segments: SegmentInfo[]; times: number[] }>();
  for (const object of objects) {
    const key = parseObjectKey(object.key);
    if (key === null) continue;
    const group = groups.get(key.generation) ?? { snapshots: [], segments: [], times: [] };
    groups.set(key.generation, group);
    group.times.push(object.modifiedAtMs);
    if (key.type === "snapshot") group.snapshots.push({ ...object, index: key.index });
    else group.segments.push({ ...object, index: key.index, offset: key.offset });
  }
  return Array.from(groups, ([generation, { snapshots, segments, times }]) => ({
    generation,
    snapshots: snapshots.sort((a, b) => a.index - b.index),
    segments: segments.sort(comparePlaces),
    createdAtMs: times.reduce((a, b) => Math.min(a, b)),
    updatedAtMs: times.reduce((a, b) => Math.max(a, b)),
  })).sort(compareAges);
}

/** Times that differ by less than this say nothing, in milliseconds. */
const TIME_RESOLUTION_MS = 2_000;

function compareAges(a: GenerationListing, b: GenerationListing): number {
  const byEnd = a.updatedAtMs - b.updatedAtMs;
  if (Math.abs(byEnd) >= TIME_RESOLUTION_MS) return byEnd;
  return a.createdAtMs - b.createdAtMs || byEnd || (a.generation < b.generation ? -1 : 1);
}
