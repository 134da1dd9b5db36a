/**
 * Having the right database on disk before the application opens it.
 *
 * @module
 */

import { withDeadline } from "./clock.ts";
import type { StalePolicy } from "./config.ts";
import { ReplicateError, reportError } from "./errors.ts";
import type { ObjectStore } from "./object_store.ts";
import { pathExists } from "./path_exists.ts";
import { formatPosition } from "./position.ts";
import { decideResume, type ResumeDecision } from "./resume.ts";
import {
  modifiedAtMs,
  moveAside,
  removeDatabase,
  RestoredDatabase,
  type RestoredDatabaseOptions,
} from "./restored_database.ts";
import { pauseMs } from "./retry.ts";
import { listReplica } from "./replica.ts";
import { type Heritage, inherit } from "./succession.ts";
import { WalFile } from "./wal_file.ts";

/** How long a replica that cannot be reached keeps a database that is there from being served, in milliseconds. */
const UNREACHABLE_PATIENCE_MS = 10_000;

const PAUSES = { basePauseMs: 500, maxPauseMs: 15_000 };

/** What {@linkcode prepareDatabase} works with. */
export interface PrepareOptions extends RestoredDatabaseOptions {
  /** The replicas' objects. */
  readonly stores: readonly ObjectStore[];
  /** What to do with a stale database. */
  readonly onStale: StalePolicy;
  /** Whether a database that is stale now is a copy of this very start, and can be removed. */
  readonly isDisposable: boolean;
  /** How long the owner of a log has to close it before it is taken over, in milliseconds. */
  readonly takeoverGraceMs: number;
  /** Whether a store creates only what is absent. */
  readonly isFenced: (store: ObjectStore, signal: AbortSignal) => Promise<boolean>;
}

/** What was found out for each replica; none for one that could not be reached. */
export type Preparation = ReadonlyMap<ObjectStore, ResumeDecision>;

/**
 * Restores the database when there is none, and moves a stale one aside first. Nobody may have it open.
 *
 * Without a database it waits for the replicas as long as it takes: to start empty beside a full bucket would be worse
 * than not to start. With one, a replica that cannot be reached is looked at later.
 *
 * @param options Paths, stores and policy.
 * @returns How each replica is to be continued.
 * @throws {ReplicateError} `wal-discontinuous` for a stale database under the policy `fail`; `store-refused`,
 * `object-missing` or `object-damaged` when the replica cannot be read.
 */
export async function prepareDatabase(options: PrepareOptions): Promise<Preparation> {
  const { databasePath, stores, onStale, emit } = options;
  if (!await pathExists(databasePath)) return await takeOver(options);
  const decisions = await decideAll(options);
  const stale = stores.find((store) => decisions.get(store)?.type === "stale");
  if (stale === undefined) return decisions;
  const isCopy = stores.some((store) => options.state.get(store.url)?.isCopy);
  if (options.isDisposable || isCopy) {
    await removeDatabase(databasePath);
    return await takeOver(options);
  }
  if (onStale === "fail") {
    throw new ReplicateError(
      "wal-discontinuous",
      `Cannot use "${databasePath}" as "${stale.url}" has newer commits of another instance: ` +
        `move the file away to restore it, or set ON_STALE=restore`,
    );
  }
  emit({ type: "stale-database", replica: stale.url, movedTo: await moveAside(databasePath, options.clock) });
  return await takeOver(options);
}

async function decideAll(options: PrepareOptions): Promise<Preparation> {
  const { databasePath, stores, state } = options;
  const decisions = new Map<ObjectStore, ResumeDecision>();
  using walFile = new WalFile(databasePath);
  for (const store of stores) {
    const decision = await whenReachable(
      options,
      store,
      UNREACHABLE_PATIENCE_MS,
      (signal) => decideResume(store, walFile, state.get(store.url), signal),
    );
    if (decision !== null) decisions.set(store, decision);
  }
  return decisions;
}

/** Goes on from the replica that was written last; each of the others begins a new generation. */
async function takeOver(options: PrepareOptions): Promise<Preparation> {
  const { stores, databasePath } = options;
  const newest = await findNewest(options);
  const decisions = new Map<ObjectStore, ResumeDecision>();
  for (const store of stores) {
    if (newest !== null && store !== newest) {
      const reason = "restored from the replica";
      decisions.set(store, { type: "new-generation", reason, generation: null, reach: null });
      continue;
    }
    const database = new RestoredDatabase(store, options);
    const heritage = await whenReachable(options, store, Infinity, () => inheritFrom(store, database, options));
    if (heritage === null) continue; // cannot be: patience has no end
    if (heritage.type === "generation") {
      const { generation, reason } = heritage;
      await database.rememberGeneration(generation);
      decisions.set(store, { type: "new-generation", reason, generation, reach: null });
    } else {
      const databaseModifiedAtMs = await modifiedAtMs(databasePath);
      decisions.set(store, { type: "claim", end: heritage.end, databaseModifiedAtMs });
    }
  }
  return decisions;
}

async function inheritFrom(
  store: ObjectStore,
  database: RestoredDatabase,
  options: PrepareOptions,
): Promise<Heritage> {
  const { takeoverGraceMs, clock, signal, emit, readers } = options;
  return await inherit(store, {
    isFenced: await options.isFenced(store, signal),
    graceMs: takeoverGraceMs,
    restore: () => database.restore(),
    onWait: ({ generation, index, offset }) => {
      const position = formatPosition({ generation, index, offset });
      emit({ type: "takeover-waiting", replica: store.url, position, graceMs: takeoverGraceMs });
      if (database.exists) readers.open();
    },
    clock,
    signal,
  });
}

/** The replica that was written last; all have to answer, as the one that does not may be the newest. */
async function findNewest(options: PrepareOptions): Promise<ObjectStore | null> {
  let newest: { readonly store: ObjectStore; readonly updatedAtMs: number } | null = null;
  for (const store of options.stores) {
    const listing = await whenReachable(options, store, Infinity, () => listReplica(store, options)) ?? [];
    const updatedAtMs = listing.findLast(({ snapshots }) => snapshots.length > 0)?.updatedAtMs;
    if (updatedAtMs === undefined) options.emit({ type: "nothing-to-restore", replica: store.url });
    else if (newest === null || updatedAtMs > newest.updatedAtMs) newest = { store, updatedAtMs };
  }
  return newest?.store ?? null;
}

/** Tries until the store answers, or patience ends; null then. */
async function whenReachable<T>(
  { clock, random, emit, signal }: PrepareOptions,
  store: ObjectStore,
  patienceMs: number,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const giveUpAt = clock.monotonic() + patienceMs;
  for (let failures = 1;; failures++) {
    try {
      return patienceMs === Infinity
        ? await operation(signal)
        : await withDeadline(clock, giveUpAt - clock.monotonic(), signal, operation);
    } catch (error) {
      const isLate = error instanceof DOMException && error.name === "TimeoutError";
      const isRetryable = isLate || error instanceof ReplicateError && error.retryable;
      // Wrong keys must not take down the reads of a database that is there; its writer goes on to try and to tell.
      const isRefused = error instanceof ReplicateError && error.code === "store-refused" && patienceMs !== Infinity;
      if (!isRetryable && !isRefused) throw error;
      const retryAfterMs = error instanceof ReplicateError ? error.retryAfterMs : 0;
      const nextTryMs = isRefused ? Infinity : pauseMs(failures, retryAfterMs, { random, ...PAUSES });
      emit({
        type: "sync-failed",
        replica: store.url,
        error: reportError(error),
        nextTryMs: Math.min(nextTryMs, patienceMs),
      });
      if (clock.monotonic() + nextTryMs > giveUpAt) return null;
      await clock.sleep(nextTryMs, signal);
    }
  }
}
