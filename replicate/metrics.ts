/**
 * The engine in figures, for Prometheus. Lives on the application's thread, and is fed by what the worker tells.
 *
 * @module
 */

import { type Clock, systemClock } from "./clock.ts";
import type { ReplicaConfig } from "./config.ts";
import type { ReplicateEvent } from "./events.ts";
import { MetricRegistry } from "./metric_set.ts";
import { parsePosition } from "./position.ts";
import { CostEstimate, requestDollars, type RequestOperation } from "./request_prices.ts";
import type { EngineTally, SyncTally } from "./tally.ts";
import type { ReplicaHealth, WriterRole } from "./writer_status.ts";

/** What {@linkcode ReplicationMetrics} works with. */
export interface ReplicationMetricsOptions {
  /** The path of the database: the label `db`. */
  readonly databasePath: string;
  /** Where to it is replicated. */
  readonly replicas: readonly Pick<ReplicaConfig, "type">[];
  /** How each replica is doing. */
  readonly health: () => readonly ReplicaHealth[];
  /** What the label `name` says of a replica, by its URL. Default: its type, or the URL where that is ambiguous. */
  readonly names?: ReadonlyMap<string, string>;
  /** Another database's metrics: it is counted beside them, and told apart by its labels. Default: alone. */
  readonly beside?: ReplicationMetrics;
  /** Time. Default: the system's. */
  readonly clock?: Clock;
}

const ROLES = ["writer", "waiting", "fenced"] as const satisfies readonly WriterRole[];

const OPERATIONS = ["PUT", "GET", "LIST", "DELETE"] as const satisfies readonly RequestOperation[];

/** The engine never checkpoints in another way. */
const MODE = "PASSIVE";

const NOTHING_DONE: SyncTally = {
  capturedBytes: 0,
  walIndex: 0,
  walBytes: 0,
  uploadedBytes: 0,
  uploads: 0,
  uploadMs: 0,
};

/** Collects the engine's metrics. */
export class ReplicationMetrics {
  readonly #db: string;
  readonly #types: readonly string[];
  readonly #health: () => readonly ReplicaHealth[];
  readonly #clock: Clock;
  readonly #names: ReadonlyMap<string, string>;
  readonly #registry: MetricRegistry;
  readonly #metrics: MetricRegistry["metrics"];
  readonly #costs = new Map<string, CostEstimate>();
  /** What was counted already of what each writer has done. */
  readonly #counted = new Map<string, SyncTally>();
  #capturedBytes = 0;

  /**
   * Begins to count.
   *
   * @param options The database, and who tells of its replicas.
   */
  constructor(options: ReplicationMetricsOptions) {
    const { databasePath, replicas, health, names = new Map(), clock = systemClock } = options;
    this.#registry = options.beside === undefined ? new MetricRegistry() : options.beside.#registry;
    this.#metrics = this.#registry.metrics;
    this.#names = names;
    this.#db = databasePath;
    this.#types = replicas.map(({ type }) => type);
    this.#health = health;
    this.#clock = clock;
    const db = databasePath;
    const { syncErrorCount, walRestarts, workerFailures } = this.#metrics;
    // What has not happened yet has to be 0 rather than absent, or its first increase could not be seen.
    for (const counter of [syncErrorCount, walRestarts, workerFailures]) counter.inc({ db }, 0);
    if (!this.#types.includes("s3")) return;
    for (const operation of OPERATIONS) {
      this.#metrics.operations.inc({ replica_type: "s3", operation }, 0);
      this.#metrics.operationBytes.inc({ replica_type: "s3", operation }, 0);
    }
  }

  /**
   * Takes note of an event.
   *
   * @param event What happened.
   */
  observe(event: ReplicateEvent): void {
    const db = this.#db;
    const metrics = this.#metrics;
    this.#observeValidation(event);
    switch (event.type) {
      case "generation-started":
        return metrics.generations.inc({ ...this.#labels(event.replica), reason: event.reason });
      case "snapshot-written":
        metrics.lastSnapshot.set(this.#labels(event.replica), this.#clock.now() / 1_000);
        return metrics.snapshots.inc(this.#labels(event.replica));
      case "wal-restarted":
        return metrics.walRestarts.inc({ db });
      case "sync-failed":
        return metrics.syncErrorCount.inc({ db });
      case "worker-failed":
        this.#readReplicas(); // before its successor counts from 0 again
        this.#counted.clear();
        this.#capturedBytes = 0;
        return metrics.workerFailures.inc({ db });
      case "database-opened":
        return metrics.sqlite.set({ version: event.sqliteVersion }, 1);
      default:
    }
  }

  /**
   * Adds what the worker has counted.
   *
   * @param tally The count since the last one.
   */
  count(tally: EngineTally): void {
    const db = this.#db;
    const metrics = this.#metrics;
    metrics.databaseBytes.set({ db }, tally.databaseBytes);
    metrics.walBytes.set({ db }, tally.walBytes);
    metrics.checkpointCount.inc({ db, mode: MODE }, tally.checkpoints);
    metrics.checkpointErrorCount.inc({ db, mode: MODE }, tally.checkpointErrors);
    metrics.checkpointSeconds.inc({ db, mode: MODE }, tally.checkpointMs / 1_000);
    for (const ms of tally.lockHoldsMs) metrics.lockSeconds.observe({ db }, ms / 1_000);
    for (const { replica, operation, status, count, bytes } of tally.requests) {
      const labels = { ...this.#labels(replica), operation, status };
      metrics.requests.inc(labels, count);
      metrics.requestBytes.inc(labels, bytes);
      metrics.operations.inc({ replica_type: typeOf(replica), operation }, count);
      metrics.operationBytes.inc({ replica_type: typeOf(replica), operation }, bytes);
      this.#costOf(replica).add(requestDollars(operation, count));
    }
  }

  /**
   * Writes everything down.
   *
   * @returns Prometheus' text format, with all that is counted beside.
   */
  text(): Promise<string> {
    this.refresh();
    return this.#registry.text();
  }

  /** Takes note of how the replicas are doing now, for whoever writes down what is counted beside. */
  refresh(): void {
    this.#readReplicas();
    const nowMs = this.#clock.monotonic();
    for (const [replica, cost] of this.#costs) {
      this.#metrics.monthlyCost.set(this.#labels(replica), cost.perMonth(nowMs));
    }
  }

  #readReplicas(): void {
    const db = this.#db;
    const metrics = this.#metrics;
    const replicas = this.#health();
    for (const health of replicas) this.#readReplica(health);
    // Each replica captures the same WAL on its own: the one that is furthest tells how much there was.
    const capturedBytes = Math.max(0, ...replicas.map(({ tally }) => tally.capturedBytes));
    metrics.totalWalBytes.inc({ db }, Math.max(0, capturedBytes - this.#capturedBytes));
    this.#capturedBytes = Math.max(this.#capturedBytes, capturedBytes);
  }

  #readReplica({ replica, role, position, lagBytes, lagSeconds, lastSyncAtMs, error, tally }: ReplicaHealth): void {
    const metrics = this.#metrics;
    const labels = this.#labels(replica);
    metrics.lagBytes.set(labels, lagBytes);
    metrics.lagSeconds.set(labels, lagSeconds);
    metrics.failing.set(labels, error === null ? 0 : 1);
    metrics.fenced.set(labels, role === "fenced" ? 1 : 0);
    for (const other of ROLES) metrics.role.set({ ...labels, role: other }, role === other ? 1 : 0);
    if (lastSyncAtMs !== null) metrics.lastSync.set(labels, lastSyncAtMs / 1_000);
    if (position !== null) {
      const { index, offset } = parsePosition(position);
      metrics.replicaWalIndex.set(labels, index);
      metrics.replicaWalOffset.set(labels, offset);
    }
    // There is no shadow WAL, as the WAL itself is the queue: what is captured of it is what Litestream would have copied.
    metrics.shadowWalIndex.set({ db: this.#db }, tally.walIndex);
    metrics.shadowWalBytes.set({ db: this.#db }, tally.walBytes);
    const before = this.#counted.get(replica) ?? NOTHING_DONE;
    this.#counted.set(replica, tally);
    metrics.replicaWalBytes.inc(labels, tally.uploadedBytes - before.uploadedBytes);
    metrics.syncCount.inc({ db: this.#db }, tally.uploads - before.uploads);
    metrics.syncSeconds.inc({ db: this.#db }, (tally.uploadMs - before.uploadMs) / 1_000);
  }

  /** By name: whoever validates may tell more than is asked for here. */
  #observeValidation(event: { readonly type: string; readonly replica?: string }): void {
    const isOk = event.type === "validated";
    if ((!isOk && event.type !== "validation-failed") || event.replica === undefined) return;
    const labels = this.#labels(event.replica);
    this.#metrics.validations.inc({ ...labels, status: isOk ? "ok" : "error" });
    this.#metrics.lastValidation.set(labels, this.#clock.now() / 1_000);
    this.#metrics.lastValidationOk.set(labels, isOk ? 1 : 0);
  }

  #costOf(replica: string): CostEstimate {
    const cost = this.#costs.get(replica) ?? new CostEstimate(this.#clock.monotonic());
    this.#costs.set(replica, cost);
    return cost;
  }

  /** Litestream names a replica that has no name by its type; where that is ambiguous, its URL does. */
  #labels(replica: string): { readonly db: string; readonly name: string } {
    const given = this.#names.get(replica);
    if (given !== undefined) return { db: this.#db, name: given };
    const type = typeOf(replica);
    const isOnlyOne = this.#types.filter((other) => other === type).length < 2;
    return { db: this.#db, name: isOnlyOne ? type : replica };
  }
}

/** What kind of place a replica's URL names: `s3` or `file`. */
function typeOf(replica: string): string {
  return replica.slice(0, replica.indexOf(":"));
}
