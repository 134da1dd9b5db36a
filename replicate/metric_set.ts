/**
 * The engine's metrics: their names, labels and meanings. Those that begin with `litestream_` are Litestream v0.3's.
 *
 * @module
 */

import type { Counter, Gauge, Registry } from "prom-client";
import { prometheus } from "./prometheus.ts";

/** Buckets for how long SQLite's write lock is kept from others, in seconds. */
const LOCK_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

const DB = ["db"] as const;
const REPLICA = ["db", "name"] as const;

/** Every metric of the engine. */
export type MetricSet = ReturnType<typeof createMetricSet>;

/** The metrics, and what writes them down. */
export class MetricRegistry {
  readonly #registry = new prometheus.Registry();

  /** The metrics by what they measure. */
  readonly metrics: MetricSet = createMetricSet(this.#registry);

  /**
   * Writes everything down.
   *
   * @returns Prometheus' text format.
   */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/**
 * Makes the metrics.
 *
 * @param registry Where they are registered.
 * @returns The metrics by what they measure.
 */
// deno-lint-ignore explicit-function-return-type -- the names and labels of forty metrics, said once
export function createMetricSet(registry: Registry) {
  return { ...litestreamMetrics(registry), ...ownGauges(registry), ...ownCounters(registry) };
}

// deno-lint-ignore explicit-function-return-type -- see above
function litestreamMetrics(registry: Registry) {
  const { counter, gauge } = factory(registry);
  return {
    databaseBytes: gauge("litestream_db_size", "Size of the database file in bytes", DB),
    walBytes: gauge("litestream_wal_size", "Size of the WAL file in bytes", DB),
    shadowWalIndex: gauge("litestream_shadow_wal_index", "Ordinal of the present WAL in its generation", DB),
    shadowWalBytes: gauge("litestream_shadow_wal_size", "Bytes of the present WAL that are known and committed", DB),
    totalWalBytes: counter("litestream_total_wal_bytes", "Bytes that were captured from the WAL", DB),
    syncCount: counter("litestream_sync_count", "Uploads of captured frames that succeeded", DB),
    syncErrorCount: counter("litestream_sync_error_count", "Rounds of the replication that failed", DB),
    syncSeconds: counter("litestream_sync_seconds", "Time spent with uploads of captured frames", DB),
    checkpointCount: counter("litestream_checkpoint_count", "Checkpoints", ["db", "mode"]),
    checkpointErrorCount: counter("litestream_checkpoint_error_count", "Checkpoints that failed", ["db", "mode"]),
    checkpointSeconds: counter("litestream_checkpoint_seconds", "Time spent with checkpoints", ["db", "mode"]),
    replicaWalBytes: counter("litestream_replica_wal_bytes", "Bytes of the WAL that were uploaded", REPLICA),
    replicaWalIndex: gauge("litestream_replica_wal_index", "Ordinal of the WAL that the replica is at", REPLICA),
    replicaWalOffset: gauge("litestream_replica_wal_offset", "Offset in it up to which all is uploaded", REPLICA),
    validations: counter("litestream_replica_validation_total", "Validations of the replica", [
      "db",
      "name",
      "status",
    ]),
    operations: counter("litestream_replica_operation_total", "Requests to the replica's service", [
      "replica_type",
      "operation",
    ]),
    operationBytes: counter("litestream_replica_operation_bytes", "Bytes of those requests", [
      "replica_type",
      "operation",
    ]),
  };
}

// deno-lint-ignore explicit-function-return-type -- see above
function ownGauges(registry: Registry) {
  const { gauge } = factory(registry);
  return {
    lagSeconds: gauge("replicate_lag_seconds", "Age of the oldest commit that is not in the replica", REPLICA),
    lagBytes: gauge("replicate_lag_bytes", "Committed bytes that are not in the replica", REPLICA),
    fenced: gauge("replicate_fenced", "1 when another instance writes to the replica", REPLICA),
    role: gauge("replicate_role", "1 for what this instance is to the replica", ["db", "name", "role"]),
    failing: gauge("replicate_failing", "1 while the last try failed", REPLICA),
    lastSync: gauge("replicate_last_sync_timestamp_seconds", "When an upload last succeeded", REPLICA),
    lastSnapshot: gauge("replicate_last_snapshot_timestamp_seconds", "When a snapshot was last written", REPLICA),
    lastValidation: gauge(
      "replicate_last_validation_timestamp_seconds",
      "When the replica was last validated",
      REPLICA,
    ),
    lastValidationOk: gauge("replicate_last_validation_success", "1 when that validation found all well", REPLICA),
    monthlyCost: gauge(
      "replicate_estimated_monthly_request_cost_dollars",
      "What the last day's requests would cost in a month at Amazon's list prices",
      REPLICA,
    ),
    sqlite: gauge("replicate_sqlite_info", "The SQLite library that is used", ["version"]),
  };
}

// deno-lint-ignore explicit-function-return-type -- see above
function ownCounters(registry: Registry) {
  const { counter } = factory(registry);
  return {
    requests: counter("replicate_requests_total", "Requests by outcome", ["db", "name", "operation", "status"]),
    requestBytes: counter("replicate_request_bytes_total", "Bytes of requests by outcome", [
      "db",
      "name",
      "operation",
      "status",
    ]),
    generations: counter("replicate_generations_total", "Generations that were begun", ["db", "name", "reason"]),
    snapshots: counter("replicate_snapshots_total", "Snapshots that were written", REPLICA),
    walRestarts: counter("replicate_wal_restarts_total", "Complete checkpoints, each with a new WAL", DB),
    workerFailures: counter("replicate_worker_failures_total", "Ends of the engine's thread", DB),
    lockSeconds: new prometheus.Histogram({
      name: "replicate_write_lock_seconds",
      help: "How long SQLite's write lock was kept from others",
      labelNames: DB,
      buckets: LOCK_BUCKETS,
      registers: [registry],
    }),
  };
}

// deno-lint-ignore explicit-function-return-type -- see above
function factory(registry: Registry) {
  const registers = [registry];
  return {
    counter: <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
      new prometheus.Counter({ name, help, labelNames, registers }),
    gauge: <T extends string>(name: string, help: string, labelNames: readonly T[]): Gauge<T> =>
      new prometheus.Gauge({ name, help, labelNames, registers }),
  };
}
