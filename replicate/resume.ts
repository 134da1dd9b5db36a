/**
 * Finding out, at a start, whether the database on this disk continues what the replica holds.
 *
 * @module
 */

import type { GenerationReason } from "./events.ts";
import type { Generation } from "./generation.ts";
import type { ObjectStore } from "./object_store.ts";
import type { GenerationListing, LogListing } from "./listing.ts";
import { findLogEnd, type LogEnd } from "./log_end.ts";
import type { Position } from "./position.ts";
import { readHistory, readSegmentEnd, type ReplicaHistory } from "./replica.ts";
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
    /** Whether the log is sealed at its end: it goes on with the next WAL. */
    readonly isSealed: boolean;
  }
  | {
    /** The database is the end of the log, which nobody can append to, and whatever its WAL holds came after it. */
    readonly type: "claim";
    readonly end: LogEnd;
    /** When the database file was last written, in milliseconds since 1970: a WAL may not have been emptied since. */
    readonly databaseModifiedAtMs: number;
  }
  | {
    /** The database is the newest, but frames between it and the replica are gone. */
    readonly type: "new-generation";
    readonly reason: GenerationReason;
    /** The generation, when a link of the chain names it already. */
    readonly generation: Generation | null;
    /** How far the replica may have come without being ahead of the database; null when that is not known. */
    readonly reach: Position | null;
  }
  | {
    /** The replica has commits that this database does not have. */
    readonly type: "stale";
    readonly generation: Generation;
  };

/** Frames that are verified at a time. */
const FRAMES_PER_READ = 256;

/** How many segments without content stand behind a log that has ended: its seal, and the first of the next index. */
const CLOSING_SEGMENTS = 2;

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
  // Nobody knows how far the log had come when it was restored.
  if (state?.isCopy) return { type: "stale", generation: state.generation };
  const history = await readHistory(store, { signal });
  const newest = history.isChained ? history.newest : newestOf(history.generations, state);
  if (newest === null) return anew("first generation", null);
  if (state !== null && newest.generation !== lastOwnGeneration(state, history)) {
    return { type: "stale", generation: newest.generation };
  }
  const end = await findLogEnd(store, newest, { signal });
  const own = state?.generation === newest.generation ? state : null;
  if (!hasBeginning(newest)) return anew("wal does not continue the replica", end);
  const header = await walFile.readHeader();
  const pageBytes = own?.pageBytes ?? header?.pageBytes ?? null;
  const frame = pageBytes === null ? null : await readLastFrame(store, newest, pageBytes, signal);
  if (frame === null) return anew("wal does not continue the replica", end);
  return await compare({ newest, own, header, end, frame, walFile });
}

function anew(reason: GenerationReason, reach: Position | null): ResumeDecision {
  return { type: "new-generation", reason, generation: null, reach };
}

function newestOf(listing: readonly GenerationListing[], state: WriterState | null): GenerationListing | null {
  return listing.findLast(({ generation, snapshots }) => snapshots.length > 0 || generation === state?.generation) ??
    null;
}

/** The last generation of this disk's history that the replica can know: our own may have died before its first upload. */
function lastOwnGeneration(state: WriterState, { generations, newest }: ReplicaHistory): Generation | null {
  const isKnown = newest?.generation === state.generation ||
    generations.some(({ generation }) => generation === state.generation);
  return isKnown ? state.generation : state.parent;
}

async function compare({ newest, own, header, end, frame, walFile }: {
  readonly newest: LogListing;
  readonly own: WriterState | null;
  readonly header: WalHeader | null;
  readonly end: LogEnd;
  readonly frame: FrameHeader;
  readonly walFile: WalFile;
}): Promise<ResumeDecision> {
  const { generation } = newest;
  const isOver = end.state === "ended" || end.state === "blocked";
  const common = { type: "continue", generation, hasSnapshot: newest.snapshots.length > 0 } as const;
  if (header !== null && await containsEnd(walFile, header, end, frame)) {
    if (isOver) return anew("wal does not continue the replica", end);
    const start = { offset: end.offset, checksum: frame.checksum };
    const previousEnd = own?.previousEnd ?? null;
    return { ...common, index: end.index, salt: header.salt, start, previousEnd, isSealed: end.state === "sealed" };
  }
  if (own === null) return anew("wal does not continue the replica", end);
  const { index, previousEnd } = own;
  const isOwnWal = header !== null && saltsEqual(header.salt, own.salt);
  const endsWithPrevious = end.index === index - 1 && end.offset === previousEnd;
  if (isOwnWal && endsWithPrevious && !isOver) {
    return { ...common, index, salt: own.salt, start: null, previousEnd, isSealed: false };
  }
  const replicaIsAhead = end.index > index ||
    end.index === index && (isOwnWal || !saltsEqual(frame.salt, own.salt));
  if (replicaIsAhead) return { type: "stale", generation };
  return anew("wal does not continue the replica", end);
}

/** Whether a replay can begin: at the newest snapshot's WAL, or at the present one for a snapshot that is to come. */
function hasBeginning({ snapshots, segments }: LogListing): boolean {
  const index = snapshots.at(-1)?.index ?? segments.at(-1)?.index;
  return segments.some((segment) => segment.index === index && segment.offset === 0);
}

/** The header of the log's last frame; what closes a log, or says that it has ended, has no content. */
async function readLastFrame(
  store: ObjectStore,
  { segments }: LogListing,
  pageBytes: number,
  signal: AbortSignal | undefined,
): Promise<FrameHeader | null> {
  for (const { key } of segments.slice(-1 - CLOSING_SEGMENTS).toReversed()) {
    const tailBytes = frameBytes(pageBytes);
    const { plainBytes, tail } = await readSegmentEnd(store, key, { signal, tailBytes });
    if (plainBytes > 0) return tail.byteLength < tailBytes ? null : decodeFrameHeader(tail, 0);
  }
  return null;
}

/**
 * Whether SQLite will find the replica's last frame in this WAL: on recovery it takes frames only as far as all of them
 * are whole, and what a power failure has torn may lie before the last one, or in it.
 */
async function containsEnd(
  walFile: WalFile,
  header: WalHeader,
  end: LogEnd,
  frame: FrameHeader,
): Promise<boolean> {
  if (!saltsEqual(header.salt, frame.salt)) return false;
  const sizeBytes = frameBytes(header.pageBytes);
  let point = firstFramePoint(header);
  while (point.offset < end.offset) {
    const length = Math.min(FRAMES_PER_READ * sizeBytes, end.offset - point.offset);
    const { stop } = scanFrames(header, await walFile.read(point.offset, length), point);
    if (stop.offset === point.offset) return false;
    point = stop;
  }
  return point.offset === end.offset && checksumsEqual(point.checksum, frame.checksum);
}
