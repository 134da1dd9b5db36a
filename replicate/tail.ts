/**
 * The WAL's tail: what is captured within the barrier, and before most of a WAL is copied ahead of it.
 *
 * @module
 */

import type { TailCapture } from "./barrier.ts";
import { withDeadline } from "./clock.ts";
import type { GenerationReason } from "./events.ts";
import type { ReplicaSync } from "./sync.ts";
import { framesBelow } from "./wal/frame.ts";
import type { WalHeader } from "./wal/header.ts";
import { WalDiscontinuity } from "./wal_cursor.ts";
import type { WriterContext } from "./writer_context.ts";

/** How long what memory cannot hold is uploaded, in milliseconds: in the barrier the write lock is kept so long. */
const TAIL_HOLD_MS = 250;

/** How many segments' worth may wait in memory: more than outside the barrier, as all of the tail has to be held. */
const TAIL_SEGMENTS = 6;

/**
 * Captures all that is committed into memory. What does not fit is uploaded meanwhile, for a short time. In the barrier
 * nobody can append until then: an application that writes faster than the replica takes it is slowed down rather than lost.
 *
 * @param sync Captures and uploads.
 * @param context Clock, notices and bounds.
 * @returns Whether the WAL's end was reached.
 * @throws {WalDiscontinuity} When frames may have been lost.
 */
export async function captureTail(
  sync: ReplicaSync,
  { clock, lastNotice, settings }: Pick<WriterContext, "clock" | "lastNotice" | "settings">,
): Promise<boolean> {
  const giveUpAt = clock.monotonic() + TAIL_HOLD_MS;
  while (!await sync.capture(lastNotice(), TAIL_SEGMENTS * settings.segmentBytesMax)) {
    if (clock.monotonic() >= giveUpAt || sync.isUploading) return false;
    try {
      const hasMoved = await withDeadline(clock, TAIL_HOLD_MS, undefined, (signal) => sync.upload(signal));
      if (!hasMoved) return false; // its generation was given up meanwhile
    } catch {
      return false; // the writer's own loop meets the same failure, and tells it
    }
  }
  return true;
}

/** A replica's writer, as far as the tail goes. */
export interface TailCaptor {
  /** Where its copy of the live WAL stands, and how large that WAL's pages are; null when it has none. */
  readonly cursor: { readonly offset: number; readonly header: Pick<WalHeader, "pageBytes"> } | null;
  /** Captures all that is committed. */
  captureTail(): Promise<boolean>;
  /** Gives its generation up. */
  abandon(reason: GenerationReason): Promise<void>;
}

/**
 * Captures the tail for every replica. One to which frames are lost gives its generation up, and the others go on.
 *
 * @param captors Their writers.
 * @returns What became of it.
 */
export async function captureTails(captors: readonly TailCaptor[]): Promise<TailCapture> {
  for (const captor of captors) {
    if (captor.cursor === null) continue;
    try {
      if (!await captor.captureTail()) return { type: "behind" };
    } catch (error) {
      if (!(error instanceof WalDiscontinuity)) throw error;
      await captor.abandon(error.reason);
    }
  }
  return { type: captors.some(({ cursor }) => cursor !== null) ? "captured" : "unwanted" };
}

/**
 * Has each replica give its generation up that has captured other frames than SQLite counts: a writer that died within a
 * commit can leave frames that look committed, until the next one overwrites them.
 *
 * @param captors Their writers, which have captured the tail.
 * @param walFrames How many frames the WAL has, by SQLite.
 */
export async function confirmFrames(captors: readonly TailCaptor[], walFrames: number): Promise<void> {
  for (const captor of captors) {
    const { cursor } = captor;
    if (cursor === null || framesBelow(cursor.offset, cursor.header.pageBytes) === walFrames) continue;
    await captor.abandon("wal overwritten by another process");
  }
}
