/**
 * Who writes next: how a starter comes by a log that it may go on with, and how an owner begins a new generation.
 *
 * @module
 */

import { appendLink, formatChainKey } from "./chain.ts";
import type { Clock } from "./clock.ts";
import type { GenerationReason } from "./events.ts";
import { type Generation, newGeneration } from "./generation.ts";
import { closeLog, type CloseOptions, endLog } from "./takeover.ts";
import { findLogEnd, followLog, isClosed, isSamePlace, type LogEnd } from "./log_end.ts";
import type { ObjectStore } from "./object_store.ts";
import type { Position } from "./position.ts";
import { readHistory, type ReplicaHistory } from "./replica.ts";

/** How often the end of a log is looked at, while its owner may still be about to close it, in milliseconds. */
const WATCH_INTERVAL_MS = 1_000;

/** What a starter may go on with. */
export type Heritage =
  /** The restored state is the log's end, and nobody can append there: whoever claims the next index owns it. */
  | { readonly type: "log"; readonly end: LogEnd }
  /** A link of the chain is ours: the restored state, or an empty database, begins this generation. */
  | { readonly type: "generation"; readonly generation: Generation; readonly reason: GenerationReason };

/** Options of {@linkcode inherit}. */
export interface InheritOptions {
  /** Puts the newest restorable state in the place of what an earlier call has put there; null when there is none. */
  readonly restore: () => Promise<Position | null>;
  /** Called before a wait: what was restored can be read meanwhile. */
  readonly onWait?: (end: LogEnd) => void;
  /** How long the owner of an open log has to close it, in milliseconds. */
  readonly graceMs: number;
  /** See {@linkcode CloseOptions.chasesMax}. */
  readonly chasesMax?: number;
  /** Whether the store creates only what is absent. If not, a log is never taken over: a new generation begins. */
  readonly isFenced: boolean;
  /** Names a generation. Default: {@linkcode newGeneration}. */
  readonly name?: () => Generation;
  /** Time. */
  readonly clock: Clock;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/**
 * Takes over a replica, for an instance that has no state of its own.
 *
 * First the keys behind the log's end are occupied, then what the log holds is relied upon.
 *
 * @param store The replica's objects.
 * @param options How to restore, and how long to wait.
 * @returns What may be gone on with. Nothing may be acknowledged before the claim: the first segment that is created.
 * @throws {ReplicateError} What the store and `restore` throw.
 */
export async function inherit(store: ObjectStore, options: InheritOptions): Promise<Heritage> {
  const { signal, chasesMax } = options;
  const closing: CloseOptions = { signal, ...(chasesMax === undefined ? {} : { chasesMax }) };
  let restored: Position | null = null;
  for (let isFirst = true;; isFirst = false) {
    const history = await readHistory(store, { signal });
    if (options.isFenced && history.newest !== null && history.isChained) {
      let end = await findLogEnd(store, history.newest, { signal });
      if (isFirst && end.state === "open") {
        restored = await options.restore();
        end = await watch(store, end, options);
      }
      if (history.newest.snapshots.length > 0) end = await closeLog(store, end, closing);
      if (history.newest.snapshots.length > 0 && end.state !== "ended") {
        if (restored === null || !isSamePlace(end, restored)) restored = await options.restore();
        if (restored !== null && isSamePlace(end, restored)) return { type: "log", end };
        continue; // somebody was faster, and has gone on
      }
      if ((await endLog(store, end, closing)).state !== "ended") continue;
    }
    // Only now, as the first snapshot may have appeared until its generation was ended.
    restored = await options.restore();
    const reason = restored === null ? "first generation" : "restored from the replica";
    const generation = (options.name ?? newGeneration)();
    if (await appendLink(store, history.chainLength, { generation, reason }, { signal })) {
      return { type: "generation", generation, reason };
    }
  }
}

/** Gives the owner of an open log its time, and sees what it does with it. */
async function watch(store: ObjectStore, end: LogEnd, options: InheritOptions): Promise<LogEnd> {
  const { clock, graceMs, signal } = options;
  const giveUpAt = clock.monotonic() + graceMs;
  let now = await followLog(store, end, { signal });
  if (!isClosed(now) && graceMs > 0) options.onWait?.(now);
  while (!isClosed(now) && clock.monotonic() < giveUpAt) {
    await clock.sleep(Math.min(WATCH_INTERVAL_MS, giveUpAt - clock.monotonic()), signal);
    now = await followLog(store, now, { signal });
  }
  return now;
}

/** Options of {@linkcode succeed}. */
export interface SucceedOptions {
  /** The name of the new generation; the same at each try. */
  readonly generation: Generation;
  /** Why it begins. */
  readonly reason: GenerationReason;
  /** Whether everything up to this end is known to the database at hand. */
  readonly isOwn: (end: LogEnd, history: ReplicaHistory) => boolean;
  /** Whether the store creates only what is absent. */
  readonly isFenced: boolean;
  /** Remembers the new generation, and the one before it, ere the link can be seen. */
  readonly remember: (parent: Generation | null) => Promise<void>;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/**
 * Ends the present generation and begins a new one, for an instance that has the newest state.
 *
 * @param store The replica's objects.
 * @param options The new generation, and what is known of the present one.
 * @returns Null when the link is ours; else the key at which another instance was faster: this one has to stop.
 * @throws {ReplicateError} What the store throws; the same call is to be tried again.
 */
export async function succeed(store: ObjectStore, options: SucceedOptions): Promise<string | null> {
  const { generation, reason, isOwn, isFenced, signal } = options;
  const history = await readHistory(store, { signal });
  const { newest, isChained, chainLength } = history;
  if (newest?.generation === generation) return null; // an earlier try, whose reply was lost
  if (newest !== null && isChained) {
    const end = await findLogEnd(store, newest, { signal });
    if (!isOwn(end, history)) return `generations/${newest.generation}/`;
    if (isFenced) {
      const final = await endLog(store, end, { signal });
      if (final.state !== "ended" || !isOwn(final, history)) return `generations/${newest.generation}/`;
    }
  }
  await options.remember(newest?.generation ?? null);
  const isOurs = await appendLink(store, chainLength, { generation, reason }, { signal });
  return isOurs ? null : formatChainKey(chainLength);
}
