/**
 * Having the right database on disk before the application opens it.
 *
 * @module
 */

import { type Clock, withDeadline } from "./clock.ts";
import type { StalePolicy } from "./config.ts";
import { ReplicateError, reportError } from "./errors.ts";
import type { EventListener } from "./events.ts";
import type { ObjectStore } from "./object_store.ts";
import { pathExists } from "./path_exists.ts";
import { formatPosition } from "./position.ts";
import { restore, type RestoreResult } from "./restore.ts";
import { decideResume, type ResumeDecision } from "./resume.ts";
import { pauseMs } from "./retry.ts";
import type { StateFile } from "./state_file.ts";
import { listReplica } from "./replica.ts";
import { WalFile } from "./wal_file.ts";

/** How long a replica that cannot be reached keeps a database that is there from being served, in milliseconds. */
const UNREACHABLE_PATIENCE_MS = 10_000;

const PAUSES = { basePauseMs: 500, maxPauseMs: 15_000 };

/** What {@linkcode prepareDatabase} works with. */
export interface PrepareOptions {
  /** The path of the database file. */
  readonly databasePath: string;
  /** The replicas' objects. */
  readonly stores: readonly ObjectStore[];
  /** What this disk remembers. */
  readonly state: StateFile;
  /** What to do with a stale database. */
  readonly onStale: StalePolicy;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Receives events. */
  readonly emit: EventListener;
  /** Gives up. */
  readonly signal: AbortSignal;
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
  if (!await pathExists(databasePath)) return await restoreNewest(options);
  const decisions = await decideAll(options);
  const stale = stores.find((store) => decisions.get(store)?.type === "stale");
  if (stale === undefined) return decisions;
  if (onStale === "fail") {
    throw new ReplicateError(
      "wal-discontinuous",
      `Cannot use "${databasePath}" as "${stale.url}" has newer commits of another instance: ` +
        `move the file away to restore it, or set ON_STALE=restore`,
    );
  }
  emit({ type: "stale-database", replica: stale.url, movedTo: await moveAside(options) });
  return await restoreNewest(options);
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

async function restoreNewest(options: PrepareOptions): Promise<Preparation> {
  const { stores } = options;
  const newest = await findNewest(options);
  const restored = newest === null ? null : await restoreFrom(newest, options);
  const reason = restored === null ? "first generation" : "restored from the replica";
  return new Map(stores.map((store) => [store, { type: "new-generation", reason }]));
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

async function restoreFrom(store: ObjectStore, options: PrepareOptions): Promise<RestoreResult | null> {
  const { databasePath, state, clock, random, signal, emit } = options;
  const startedAt = clock.monotonic();
  const result = await whenReachable(options, store, Infinity, () =>
    restore(store, {
      outputPath: databasePath,
      beforeAppearance: (restored) => rememberOrigin(state, store, restored),
      clock,
      random,
      signal,
      onProgress: (doneBytes, totalBytes) =>
        emit({ type: "progress", task: "restore", replica: store.url, doneBytes, totalBytes }),
    }));
  if (result === null) return null;
  const { databaseBytes, objects } = result;
  const durationMs = clock.monotonic() - startedAt;
  const position = formatPosition(result.position);
  emit({ type: "restored", replica: store.url, position, databaseBytes, objects, durationMs });
  return result;
}

/**
 * Remembers whose history the restored database has, before it can be seen: else this disk, coming back after another
 * instance went on from the same history, would take its old state for the newest.
 */
async function rememberOrigin(state: StateFile, store: ObjectStore, restored: RestoreResult): Promise<void> {
  const { position: { generation, index }, pageBytes } = restored;
  const salt = { salt1: 0, salt2: 0 }; // no WAL yet, and none will match
  await state.set(store.url, { generation, parent: null, index: index + 1, salt, pageBytes, previousEnd: null });
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

async function moveAside({ databasePath, clock }: PrepareOptions): Promise<string> {
  const label = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const movedTo = `${databasePath}.stale-${label}`;
  for (const suffix of ["", "-wal", "-shm"]) { // a crash in between must not leave a database without its WAL
    if (await pathExists(databasePath + suffix)) await Deno.rename(databasePath + suffix, movedTo + suffix);
  }
  return movedTo;
}
