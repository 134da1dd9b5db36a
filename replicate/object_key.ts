/**
 * The keys of a replica's objects, relative to its root (the layout of Litestream v0.3).
 *
 * @module
 */

import { type Generation, parseGeneration } from "./generation.ts";
import { formatHex, INDEX_MAX } from "./position.ts";

/** What all objects that Litestream knows are kept under. */
export const GENERATIONS_PREFIX = "generations/";

/** The key of a snapshot: a whole database, valid together with the WAL of the same index. */
export interface SnapshotKey {
  /** Tells the kinds of key apart. */
  readonly type: "snapshot";
  /** The generation. */
  readonly generation: Generation;
  /** The WAL from whose start the replay must begin. */
  readonly index: number;
}

/** The key of a segment: a run of bytes of one WAL. */
export interface SegmentKey {
  /** Tells the kinds of key apart. */
  readonly type: "segment";
  /** The generation. */
  readonly generation: Generation;
  /** The WAL's ordinal in its generation. */
  readonly index: number;
  /** Where the bytes belong in the WAL. */
  readonly offset: number;
}

/** Any key below `generations/` that has a meaning. */
export type ObjectKey = SnapshotKey | SegmentKey;

/** What all objects of a generation are kept under, with a slash at its end. */
export function generationPrefix(generation: Generation): string {
  return `${GENERATIONS_PREFIX}${generation}/`;
}

/** What the segments of one WAL begin with, up to the offset. */
export function walPrefix(generation: Generation, index: number): string {
  return `${generationPrefix(generation)}wal/${formatHex(index)}_`;
}

/** Writes the key of a snapshot: `generations/<generation>/snapshots/<index>.snapshot.lz4`. */
export function formatSnapshotKey({ generation, index }: Omit<SnapshotKey, "type">): string {
  return `${generationPrefix(generation)}snapshots/${formatHex(index)}.snapshot.lz4`;
}

/** Writes the key of a segment: `generations/<generation>/wal/<index>_<offset>.wal.lz4`. */
export function formatSegmentKey({ generation, index, offset }: Omit<SegmentKey, "type">): string {
  return `${walPrefix(generation, index)}${formatHex(offset)}.wal.lz4`;
}

/**
 * Reads a key.
 *
 * @param key A key relative to the replica's root. Offsets may have 8 to 16 digits.
 * @returns What it names, or null for a name that means nothing to us: a replica's folder may hold other things.
 */
export function parseObjectKey(key: string): ObjectKey | null {
  const [, name = "", rest = ""] = /^generations\/([^/]+)\/(.+)$/.exec(key) ?? [];
  const generation = parseGeneration(name);
  if (generation === null) return null;
  const snapshot = /^snapshots\/([0-9a-f]{8})\.snapshot\.lz4$/.exec(rest);
  if (snapshot) return withValidIndex({ type: "snapshot", generation, index: parseInt(snapshot[1] ?? "", 16) });
  const segment = /^wal\/([0-9a-f]{8})_([0-9a-f]{8}|[1-9a-f][0-9a-f]{8,15})\.wal\.lz4$/.exec(rest);
  if (!segment) return null;
  const offset = parseInt(segment[2] ?? "", 16);
  if (!Number.isSafeInteger(offset)) return null;
  return withValidIndex({ type: "segment", generation, index: parseInt(segment[1] ?? "", 16), offset });
}

function withValidIndex<T extends ObjectKey>(key: T): T | null {
  return key.index <= INDEX_MAX ? key : null;
}
