/**
 * The WAL's tail: what is captured within the barrier.
 *
 * @module
 */

import { withDeadline } from "./clock.ts";
import type { ReplicaSync } from "./sync.ts";
import type { WriterContext } from "./writer_context.ts";

/** How long the write lock may be kept for uploads of what memory cannot hold, in milliseconds. */
const TAIL_HOLD_MS = 250;

/** How many segments' worth may wait in memory: more than outside the barrier, as all of the tail has to be held. */
const TAIL_SEGMENTS = 6;

/**
 * Captures all that is committed into memory, while nobody can append. What does not fit is uploaded meanwhile, for a
 * short time: an application that writes faster than the replica takes it is slowed down rather than lost.
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
      await withDeadline(clock, TAIL_HOLD_MS, undefined, (signal) => sync.upload(signal));
    } catch {
      return false; // the writer's own loop meets the same failure, and tells it
    }
  }
  return true;
}
