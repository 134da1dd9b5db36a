/**
 * Where a generation's log ends, and which of the keys behind its end are taken.
 *
 * The owner of a log ends at (i, X), and its next segment has one of two keys: `i_X`, or `(i+1)_0` after a restart of the
 * WAL; while X is 0, only `i_0`. Whoever takes over occupies these with segments of its own: one without content
 * seals `i_X`, and one without content at `(i+1)_0` says that the generation goes no further.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { Generation } from "./generation.ts";
import type { LogListing } from "./listing.ts";
import { formatSegmentKey } from "./object_key.ts";
import type { ObjectStore, RequestOptions } from "./object_store.ts";
import { comparePlaces } from "./position.ts";
import { readSegmentEnd } from "./replica.ts";

/** Which keys behind the end are taken. */
export type LogEndState =
  /** None: its owner can go on. */
  | "open"
  /** `i_X`: it can go on only at the next index, and so can everybody else. */
  | "sealed"
  /** The next index, by a segment without content: the owner can append, but not restart its WAL. */
  | "blocked"
  /** Both: nobody can go on in this generation. */
  | "ended";

/** The end of a generation's log. */
export interface LogEnd {
  /** The generation. */
  readonly generation: Generation;
  /** The last WAL's ordinal. */
  readonly index: number;
  /** Where its bytes end: X. */
  readonly offset: number;
  /** Which keys behind it are taken. */
  readonly state: LogEndState;
}

/** The ordinal of the WAL that whoever goes on after this end begins. */
export function nextIndex({ index, offset }: Pick<LogEnd, "index" | "offset">): number {
  return offset === 0 ? index : index + 1;
}

/** Whether `i_X` can be created no more: only a claim of the next index, or a new generation, can follow. */
export function isClosed({ state }: Pick<LogEnd, "state">): boolean {
  return state === "sealed" || state === "ended";
}

/** Whether two ends are the same place. */
export function isSamePlace(a: LogEnd, b: Pick<LogEnd, "generation" | "index" | "offset">): boolean {
  return a.generation === b.generation && comparePlaces(a, b) === 0;
}

/**
 * Finds the end, as of a listing.
 *
 * @param store The replica's objects.
 * @param listing What it has of the generation.
 * @param options A signal to give up.
 * @returns The end.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function findLogEnd(
  store: ObjectStore,
  { generation, snapshots, segments }: LogListing,
  options: RequestOptions = {},
): Promise<LogEnd> {
  const last = segments.at(-1);
  if (last === undefined) return { generation, index: snapshots.at(-1)?.index ?? 0, offset: 0, state: "open" };
  const plainBytes = await segmentLength(store, last.key, options);
  if (plainBytes > 0) return { generation, index: last.index, offset: last.offset + plainBytes, state: "open" };
  if (last.offset > 0) return { generation, index: last.index, offset: last.offset, state: "sealed" };
  const previous = segments.at(-2);
  if (previous === undefined) return { generation, index: last.index, offset: 0, state: "ended" };
  const previousBytes = await segmentLength(store, previous.key, options);
  const state = previousBytes > 0 ? "blocked" : "ended";
  return { generation, index: previous.index, offset: previous.offset + previousBytes, state };
}

/**
 * Looks whether the log has grown, without a listing.
 *
 * @param store The replica's objects.
 * @param end Where it ended.
 * @param options A signal to give up.
 * @returns Where it ends now.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function followLog(store: ObjectStore, end: LogEnd, options: RequestOptions = {}): Promise<LogEnd> {
  for (let now = end;;) {
    const here = isClosed(now) ? 0 : await lengthIfPresent(store, now, now, options);
    if (here === 0 && !isClosed(now)) now = withSeal(now);
    if (here !== null && here > 0) {
      now = { ...now, offset: now.offset + here };
      continue;
    }
    if (now.state === "ended" || now.state === "blocked" || now.offset === 0) return now;
    const beyond = await lengthIfPresent(store, now, { index: now.index + 1, offset: 0 }, options);
    if (beyond === null) return now;
    if (beyond === 0) return withBlock(now);
    now = { ...now, index: now.index + 1, offset: beyond, state: "open" };
  }
}

/** The end, now that a segment without content stands at `i_X`. */
export function withSeal(end: LogEnd): LogEnd {
  return { ...end, state: end.state === "blocked" || end.offset === 0 ? "ended" : "sealed" };
}

/** The end, now that a segment without content stands at the next index. */
export function withBlock(end: LogEnd): LogEnd {
  return { ...end, state: isClosed(end) || end.offset === 0 ? "ended" : "blocked" };
}

/**
 * Tells how many plain bytes a segment has, in bounded memory.
 *
 * @param store The replica's objects.
 * @param key The segment.
 * @param options A signal to give up.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function segmentLength(store: ObjectStore, key: string, options: RequestOptions = {}): Promise<number> {
  return (await readSegmentEnd(store, key, { ...options, tailBytes: 0 })).plainBytes;
}

/** The same for one that may not be there: null then. */
async function lengthIfPresent(
  store: ObjectStore,
  { generation }: Pick<LogEnd, "generation">,
  { index, offset }: Pick<LogEnd, "index" | "offset">,
  options: RequestOptions,
): Promise<number | null> {
  try {
    return await segmentLength(store, formatSegmentKey({ generation, index, offset }), options);
  } catch (error) {
    if (error instanceof ReplicateError && error.code === "object-missing") return null;
    throw error;
  }
}
