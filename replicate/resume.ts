/**
 * Finding out, at a start, whether the database on this disk continues what the replica holds.
 *
 * @module
 */

import type { GenerationReason } from "./events.ts";
import type { Generation } from "./generation.ts";
import type { ObjectStore } from "./object_store.ts";
import type { GenerationListing } from "./listing.ts";
import { listReplica, readSegmentEnd } from "./replica.ts";
import type { WriterState } from "./state_file.ts";
import { checksumsEqual } from "./wal/checksum.ts";
import { decodeFrameHeader, frameBytes, type FrameHeader } from "./wal/frame.ts";
import type { WalHeader } from "./wal/header.ts";
import { type Salt, saltsEqual } from "./wal/salt.ts";
import { firstFramePoint, scanFrames, type ScanPoint } from "./wal/scan.ts";
import type { WalFile } from "./wal_file.ts";

/** What to do with a database that is there. */
export type ResumeDecision =
  | {
    /** The WAL on disk continues the replica. */
    readonly type: "continue";
    readonly generation: Generation;
    readonly index: number;
    /** The salts of the WAL that this was found for: the decision holds for no other. */
    readonly salt: Salt;
    /** The next byte to capture; null for the first of the WAL. */
    readonly start: ScanPoint | null;
    /** Where the WAL before it ended, where that is known. */
    readonly previousEnd: number | null;
    /** Whether the generation can be restored: it has a snapshot. */
    readonly hasSnapshot: boolean;
  }
  | {
    /** The database is the newest, but frames between it and the replica are gone. */
    readonly type: "new-generation";
    readonly reason: GenerationReason;
  }
  | {
    /** The replica has commits that this database does not have. */
    readonly type: "stale";
    readonly generation: Generation;
  };

/** Frames that are verified at a time. */
const FRAMES_PER_READ = 256;

/** The end of what a replica has of a generation. */
interface ReplicaEnd {
  readonly index: number;
  readonly offset: number;
  /** The header of the last frame. */
  readonly frame: FrameHeader;
}

/**
 * Compares the WAL on disk with the end of the replica.
 *
 * @param store The replica's objects.
 * @param walFile The WAL on disk.
 * @param state What this disk remembers of the replica, or null.
 * @param signal Gives up.
 * @returns What to do.
 * @throws {ReplicateError} `store-unavailable`, `store-refused`, or `object-damaged` for the replica's last object.
 */
export async function decideResume(
  store: ObjectStore,
  walFile: WalFile,
  state: WriterState | null,
  signal?: AbortSignal,
): Promise<ResumeDecision> {
  const listing = await listReplica(store, { signal });
  const newest = listing.findLast(({ generation, snapshots }) =>
    snapshots.length > 0 || generation === state?.generation
  );
  if (newest === undefined) return { type: "new-generation", reason: "first generation" };
  if (state !== null && newest.generation !== lastOwnGeneration(state, listing)) {
    return { type: "stale", generation: newest.generation };
  }
  if (!hasBeginning(newest)) return { type: "new-generation", reason: "wal does not continue the replica" };
  const own = state?.generation === newest.generation ? state : null;
  const header = await walFile.readHeader();
  const pageBytes = own?.pageBytes ?? header?.pageBytes ?? null;
  const end = pageBytes === null ? null : await findEnd(store, newest, pageBytes, signal);
  if (end === null) return { type: "new-generation", reason: "wal does not continue the replica" };
  return await compare({ newest, own, header, end, walFile });
}

/** The last generation of this disk's history that the replica can know: our own may have died before its first upload. */
function lastOwnGeneration(state: WriterState, listing: readonly GenerationListing[]): Generation | null {
  return listing.some(({ generation }) => generation === state.generation) ? state.generation : state.parent;
}

async function compare({ newest, own, header, end, walFile }: {
  readonly newest: GenerationListing;
  readonly own: WriterState | null;
  readonly header: WalHeader | null;
  readonly end: ReplicaEnd;
  readonly walFile: WalFile;
}): Promise<ResumeDecision> {
  const { generation } = newest;
  const hasSnapshot = newest.snapshots.length > 0;
  if (header !== null && await containsEnd(walFile, header, end)) {
    const start = { offset: end.offset, checksum: end.frame.checksum };
    return {
      type: "continue",
      generation,
      index: end.index,
      salt: header.salt,
      start,
      previousEnd: own?.previousEnd ?? null,
      hasSnapshot,
    };
  }
  if (own === null) return { type: "new-generation", reason: "wal does not continue the replica" };
  const { index, previousEnd } = own;
  const isOwnWal = header !== null && saltsEqual(header.salt, own.salt);
  const endsWithPrevious = end.index === index - 1 && end.offset === previousEnd;
  if (isOwnWal && endsWithPrevious) {
    return { type: "continue", generation, index, salt: own.salt, start: null, previousEnd, hasSnapshot };
  }
  const replicaIsAhead = end.index > index ||
    end.index === index && (isOwnWal || !saltsEqual(end.frame.salt, own.salt));
  if (replicaIsAhead) return { type: "stale", generation };
  return { type: "new-generation", reason: "wal does not continue the replica" };
}

/** Whether a replay can begin: at the newest snapshot's WAL, or at the present one for a snapshot that is to come. */
function hasBeginning({ snapshots, segments }: GenerationListing): boolean {
  const index = snapshots.at(-1)?.index ?? segments.at(-1)?.index;
  return segments.some((segment) => segment.index === index && segment.offset === 0);
}

async function findEnd(
  store: ObjectStore,
  listing: GenerationListing,
  pageBytes: number,
  signal: AbortSignal | undefined,
): Promise<ReplicaEnd | null> {
  const last = listing.segments.at(-1);
  if (last === undefined) return null;
  const tailBytes = frameBytes(pageBytes);
  const { plainBytes, tail } = await readSegmentEnd(store, last.key, { signal, tailBytes });
  if (tail.byteLength < tailBytes) return null;
  return { index: last.index, offset: last.offset + plainBytes, frame: decodeFrameHeader(tail, 0) };
}

/**
 * Whether SQLite will find the replica's last frame in this WAL: on recovery it takes frames only as far as all of them
 * are whole, and what a power failure has torn may lie before the last one, or in it.
 */
async function containsEnd(walFile: WalFile, header: WalHeader, end: ReplicaEnd): Promise<boolean> {
  if (!saltsEqual(header.salt, end.frame.salt)) return false;
  const sizeBytes = frameBytes(header.pageBytes);
  let point = firstFramePoint(header);
  while (point.offset < end.offset) {
    const length = Math.min(FRAMES_PER_READ * sizeBytes, end.offset - point.offset);
    const { stop } = scanFrames(header, await walFile.read(point.offset, length), point);
    if (stop.offset === point.offset) return false;
    point = stop;
  }
  return point.offset === end.offset && checksumsEqual(point.checksum, end.frame.checksum);
}
