/**
 * Taking the end of a log away from its owner: the only operation is create-if-absent, on the keys that it would write.
 *
 * Whatever is created here is created again, the same bytes under the same key, until it is known what stands there.
 * A segment without content may be anybody's: the key is taken, and that is all that counts.
 *
 * @module
 */

import { encodeFrame } from "./lz4/block.ts";
import { isClosed, type LogEnd, nextIndex, segmentLength, withBlock, withSeal } from "./log_end.ts";
import { formatSegmentKey, type SegmentKey } from "./object_key.ts";
import type { ObjectStore, RequestOptions } from "./object_store.ts";

/** How often a log that grows is chased before its owner is stopped at its next WAL, which costs a new generation. */
const CHASES_MAX = 16;

/** Options of {@linkcode closeLog}. */
export interface CloseOptions extends RequestOptions {
  /** How often a log that grows is chased. Default: 16 times. */
  readonly chasesMax?: number;
}

/**
 * Seals a log where it ends. While X is 0 there is nothing to seal: the claim itself goes to `i_0`.
 *
 * @param store The replica's objects.
 * @param end Where the log ends, as far as is known.
 * @param options A signal to give up.
 * @returns The same place, closed; or a later one, when the log has grown meanwhile.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function sealLog(store: ObjectStore, end: LogEnd, options: RequestOptions = {}): Promise<LogEnd> {
  if (isClosed(end) || end.offset === 0) return end;
  const byteLength = await occupy(store, end, options);
  return byteLength === 0 ? withSeal(end) : { ...end, offset: end.offset + byteLength };
}

/**
 * Occupies the next index, so that a generation goes no further than the present one. It is ended once its log is
 * sealed too; until then its owner may append, and nothing may be built on what the log holds.
 *
 * @param store The replica's objects.
 * @param end Where the log ends, as far as is known.
 * @param options A signal to give up.
 * @returns The same place, blocked or ended; or the first of the next index, when somebody has begun that.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function blockLog(store: ObjectStore, end: LogEnd, options: RequestOptions = {}): Promise<LogEnd> {
  if (end.state === "blocked" || end.state === "ended") return end;
  const place = { ...end, index: nextIndex(end), offset: 0 };
  const byteLength = await occupy(store, place, options);
  return byteLength === 0 ? withBlock(end) : { ...place, offset: byteLength, state: "open" };
}

/**
 * Closes a log, however busy its owner is: afterwards nobody can append at its end.
 *
 * An owner that appends as fast as we look is stopped at its next WAL; such a log can only be ended.
 *
 * @param store The replica's objects.
 * @param end Where the log ends, as far as is known.
 * @param options A signal to give up, and how long to chase.
 * @returns The end: sealed, ended, or open with an offset of 0, where there is nothing to seal.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function closeLog(store: ObjectStore, end: LogEnd, options: CloseOptions = {}): Promise<LogEnd> {
  const { chasesMax = CHASES_MAX } = options;
  let now = end;
  for (let chases = 0; !isClosed(now) && now.offset > 0; chases++) {
    if (chases >= chasesMax) now = await blockLog(store, now, options);
    now = await sealLog(store, now, options);
  }
  return now;
}

/**
 * Ends a generation: closes its log and occupies the next index.
 *
 * @param store The replica's objects.
 * @param end Where the log ends, as far as is known.
 * @param options A signal to give up, and how long to chase.
 * @returns The end. `ended`; any other state when somebody has claimed the next index meanwhile, and owns the log now.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function endLog(store: ObjectStore, end: LogEnd, options: CloseOptions = {}): Promise<LogEnd> {
  return await blockLog(store, await closeLog(store, end, options), options);
}

/** Creates a segment without content, and tells how long the one is that stands there. */
async function occupy(
  store: ObjectStore,
  { generation, index, offset }: Omit<SegmentKey, "type">,
  options: RequestOptions,
): Promise<number> {
  const key = formatSegmentKey({ generation, index, offset });
  const frame = await encodeFrame(new Uint8Array());
  return await store.create(key, frame, options) === "created" ? 0 : await segmentLength(store, key, options);
}
