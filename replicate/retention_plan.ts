/**
 * Choosing the objects that no restore needs any more.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import type { GenerationListing, SnapshotInfo } from "./listing.ts";
import type { ObjectInfo } from "./object_store.ts";
import { LATEST, planRestore } from "./restore_plan.ts";

/** What the plan depends on besides the listing. */
export interface RetentionSituation {
  /** The generation that is being written. */
  readonly current: Generation;
  /** Every state that was the newest at this time or later can be restored afterwards, in milliseconds since 1970. */
  readonly windowStartMs: number;
}

/** What to delete. */
export interface RetentionPlan {
  /**
   * Objects of the generation that is being written, in the order in which they are to be deleted.
   *
   * Snapshots first, so that no restore begins what it cannot finish. Then the oldest WAL first, and each from its end
   * to its beginning: Litestream takes no WAL that lacks its beginning, not even below the snapshot, and an instance
   * that comes back after a long time finds either what was put in its way or not even its own segments.
   */
  readonly current: readonly ObjectInfo[];
  /** Objects of older generations, in the same order. To be deleted only once the newest snapshot was read and is good. */
  readonly older: readonly ObjectInfo[];
}

const NOTHING: RetentionPlan = { current: [], older: [] };

/**
 * Plans what to delete. Pure: everything it knows stands in the listing.
 *
 * @param listing The replica's generations, the newest last.
 * @param situation The generation that is being written, and how far back a restore must be possible.
 * @returns The plan; nothing when what is being written cannot be restored as it is, or is not the newest.
 */
export function planRetention(
  listing: readonly GenerationListing[],
  { current, windowStartMs }: RetentionSituation,
): RetentionPlan {
  const newest = listing.findLast(({ snapshots }) => snapshots.length > 0);
  if (newest?.generation !== current || !isRestorable(listing, current)) return NOTHING;
  const isOld = ({ modifiedAtMs }: ObjectInfo): boolean => modifiedAtMs < windowStartMs;
  const floor = floorOf(newest.snapshots, windowStartMs);
  // Below the floor all is older than it, or else the store's times are not to be trusted.
  const young = new Set(newest.segments.filter((segment) => !isOld(segment)).map(({ index }) => index));
  const dead = {
    snapshots: newest.snapshots.filter((snapshot) => snapshot.index < floor && isOld(snapshot)),
    segments: newest.segments.filter(({ index }) => index < floor && !young.has(index)),
  };
  const older = unneeded(listing, newest, windowStartMs).flatMap(inOrder);
  return { current: inOrder(dead), older };
}

/**
 * Says when more than now can become superfluous: once the next snapshot, or the end of an older generation, leaves the time
 * that is kept. Until then, and unless a snapshot is added, another look at the replica would find nothing new.
 *
 * @param listing The replica's generations.
 * @param situation The generation that is being written, and how far back a restore must be possible.
 * @returns How long until then, in milliseconds; Infinity when nothing is going to leave it.
 */
export function nextRetentionInMs(
  listing: readonly GenerationListing[],
  { current, windowStartMs }: RetentionSituation,
): number {
  const times = listing.flatMap(({ generation, snapshots, updatedAtMs }) => [
    ...snapshots.map(({ modifiedAtMs }) => modifiedAtMs),
    ...generation === current ? [] : [updatedAtMs],
  ]);
  return Math.min(...times.filter((time) => time >= windowStartMs), Infinity) - windowStartMs;
}

/** Where the oldest snapshot that is kept begins: the newest one from before the window, or any that is younger. */
function floorOf(snapshots: readonly SnapshotInfo[], windowStartMs: number): number {
  const base = snapshots.findLast(({ modifiedAtMs }) => modifiedAtMs <= windowStartMs);
  const kept = snapshots.filter((snapshot) => snapshot === base || snapshot.modifiedAtMs > windowStartMs);
  return kept[0]?.index ?? 0;
}

/** Generations that ended before the window, once a later one covers all of it. */
function unneeded(
  listing: readonly GenerationListing[],
  newest: GenerationListing,
  windowStartMs: number,
): GenerationListing[] {
  const reachesBack = ({ snapshots }: GenerationListing): boolean =>
    snapshots.some(({ modifiedAtMs }) => modifiedAtMs <= windowStartMs);
  return listing.slice(0, listing.indexOf(newest)).filter((generation, i) =>
    generation.updatedAtMs < windowStartMs &&
    (generation.snapshots.length === 0 || listing.slice(i + 1).some(reachesBack))
  );
}

function isRestorable(listing: readonly GenerationListing[], generation: Generation): boolean {
  try {
    return planRestore(listing, { ...LATEST, generation }) !== null;
  } catch (error) {
    if (error instanceof ReplicateError && error.code === "object-missing") return false;
    throw error;
  }
}

function inOrder({ snapshots, segments }: Pick<GenerationListing, "snapshots" | "segments">): ObjectInfo[] {
  return [...snapshots, ...segments.toSorted((a, b) => a.index - b.index || b.offset - a.offset)];
}
