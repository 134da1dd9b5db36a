import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { ReplicationMetrics } from "../../replicate/metrics.ts";
import type { EngineTally } from "../../replicate/tally.ts";
import type { ReplicaHealth } from "../../replicate/writer_status.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { metricValues } from "../support/metric_values.ts";

const S3 = "s3://bucket/db";
const FILE = "file:///replica";
const error = { name: "Error", code: "internal", retryable: true, message: "gone" } as const;

const HEALTH: ReplicaHealth = {
  replica: S3,
  role: "writer",
  position: "0011223344556677/00000002:4152",
  lagBytes: 100,
  lagSeconds: 1.5,
  syncedNotice: 3,
  lastSyncAtMs: 1_700_000_000_500,
  error: null,
  lastValidation: null,
  tally: { capturedBytes: 9_000, walIndex: 3, walBytes: 4_000, uploadedBytes: 8_000, uploads: 4, uploadMs: 250 },
};

const TALLY: EngineTally = {
  databaseBytes: 40_960,
  walBytes: 8_272,
  checkpoints: 2,
  checkpointErrors: 1,
  checkpointMs: 30,
  lockHoldsMs: [0.4, 20],
  requests: [
    { replica: S3, operation: "PUT", status: "2xx", count: 1_000, bytes: 5_000 },
    { replica: S3, operation: "PUT", status: "5xx", count: 1_000, bytes: 70 },
  ],
};

class Scene {
  readonly clock = new FakeClock();
  health: readonly ReplicaHealth[] = [HEALTH];
  readonly metrics: ReplicationMetrics;

  constructor(types: readonly ("s3" | "file")[] = ["s3"]) {
    this.metrics = new ReplicationMetrics({
      databasePath: "/data/app.db",
      replicas: types.map((type) => ({ type })),
      health: () => this.health,
      clock: this.clock,
    });
  }

  async values(): Promise<ReadonlyMap<string, number>> {
    return metricValues(await this.metrics.text());
  }

  async value(name: string, labels = ""): Promise<number | undefined> {
    return (await this.values()).get(`${name}{db="/data/app.db"${labels}}`);
  }
}

const NAME = ',name="s3"';

Deno.test("ReplicationMetrics shows how each replica is doing", async () => {
  const scene = new Scene();
  assertEquals(await scene.value("replicate_lag_seconds", NAME), 1.5);
  assertEquals(await scene.value("replicate_lag_bytes", NAME), 100);
  assertEquals(await scene.value("replicate_fenced", NAME), 0);
  assertEquals(await scene.value("replicate_failing", NAME), 0);
  assertEquals(await scene.value("replicate_role", `${NAME},role="writer"`), 1);
  assertEquals(await scene.value("replicate_last_sync_timestamp_seconds", NAME), 1_700_000_000.5);
  assertEquals(await scene.value("litestream_replica_wal_index", NAME), 2);
  assertEquals(await scene.value("litestream_replica_wal_offset", NAME), 4_152);
  assertEquals(await scene.value("litestream_shadow_wal_index"), 3);
  assertEquals(await scene.value("litestream_shadow_wal_size"), 4_000);

  scene.health = [{ ...HEALTH, role: "fenced", error, lagSeconds: 0 }];
  assertEquals(await scene.value("replicate_lag_seconds", NAME), 0);
  assertEquals(await scene.value("replicate_fenced", NAME), 1);
  assertEquals(await scene.value("replicate_failing", NAME), 1);
  assertEquals(await scene.value("replicate_role", `${NAME},role="writer"`), 0);
  assertEquals(await scene.value("replicate_role", `${NAME},role="fenced"`), 1);
});

Deno.test("ReplicationMetrics shows nothing of a replica that it has not looked at, rather than a lag of 0", async () => {
  const scene = new Scene();
  scene.health = [];
  assertEquals(await scene.value("replicate_lag_seconds", NAME), undefined);
  scene.health = [{ ...HEALTH, lastSyncAtMs: null, position: null }];
  assertEquals(await scene.value("replicate_lag_seconds", NAME), 1.5);
  assertEquals(await scene.value("replicate_last_sync_timestamp_seconds", NAME), undefined);
  assertEquals(await scene.value("litestream_replica_wal_index", NAME), undefined);
});

Deno.test("ReplicationMetrics goes on counting when the worker begins again from nothing", async () => {
  const scene = new Scene();
  for (let i = 0; i < 2; i++) {
    assertEquals(await scene.value("litestream_replica_wal_bytes", NAME), 8_000, "a second look counts nothing twice");
  }
  const tally = { ...HEALTH.tally, capturedBytes: 10_000, uploadedBytes: 9_000, uploads: 5 };
  scene.health = [{ ...HEALTH, tally }];
  scene.metrics.observe({ type: "worker-failed", error, nextTryMs: 1 });
  scene.health = [{ ...HEALTH, tally: { ...tally, capturedBytes: 500, uploadedBytes: 100, uploads: 1, uploadMs: 50 } }];
  assertEquals(await scene.value("litestream_replica_wal_bytes", NAME), 9_100);
  assertEquals(await scene.value("litestream_total_wal_bytes"), 10_500);
  assertEquals(await scene.value("litestream_sync_count"), 6);
  assertEquals(await scene.value("litestream_sync_seconds"), 0.3);
  assertEquals(await scene.value("replicate_worker_failures_total"), 1);
});

Deno.test("ReplicationMetrics adds tallies up", async () => {
  const scene = new Scene();
  scene.metrics.count(TALLY);
  scene.metrics.count({ ...TALLY, databaseBytes: 4_096 });
  assertEquals(await scene.value("litestream_db_size"), 4_096);
  assertEquals(await scene.value("litestream_wal_size"), 8_272);
  assertEquals(await scene.value("litestream_checkpoint_count", ',mode="PASSIVE"'), 4);
  assertEquals(await scene.value("litestream_checkpoint_error_count", ',mode="PASSIVE"'), 2);
  assertEquals(await scene.value("litestream_checkpoint_seconds", ',mode="PASSIVE"'), 0.06);
  assertEquals(await scene.value("replicate_write_lock_seconds_count"), 4);
  assertEquals((await scene.values()).get('replicate_write_lock_seconds_bucket{le="0.001",db="/data/app.db"}'), 2);
  assertEquals(await scene.value("replicate_requests_total", `${NAME},operation="PUT",status="2xx"`), 2_000);
  assertEquals(await scene.value("replicate_request_bytes_total", `${NAME},operation="PUT",status="5xx"`), 140);
  const values = await scene.values();
  assertEquals(values.get('litestream_replica_operation_total{replica_type="s3",operation="PUT"}'), 4_000);
  assertEquals(values.get('litestream_replica_operation_bytes{replica_type="s3",operation="PUT"}'), 10_140);
});

Deno.test("ReplicationMetrics estimates what the requests cost in a month", async () => {
  const scene = new Scene();
  scene.metrics.count(TALLY);
  await scene.clock.advance(86_400_000);
  assertEquals(await scene.value("replicate_estimated_monthly_request_cost_dollars", NAME), 2 * 0.005 * 30);
});

Deno.test("ReplicationMetrics counts events", async () => {
  const scene = new Scene();
  const position = HEALTH.position ?? "";
  const events: ReplicateEvent[] = [
    { type: "generation-started", replica: S3, position, reason: "first generation" },
    { type: "snapshot-written", replica: S3, position, databaseBytes: 1, durationMs: 1 },
    { type: "wal-restarted", frames: 1, heldMs: 1 },
    { type: "sync-failed", replica: S3, error, nextTryMs: 1 },
    { type: "sync-recovered", replica: S3 },
  ];
  for (const event of events) scene.metrics.observe(event);
  assertEquals(await scene.value("replicate_generations_total", `${NAME},reason="first generation"`), 1);
  assertEquals(await scene.value("replicate_snapshots_total", NAME), 1);
  assertEquals(await scene.value("replicate_last_snapshot_timestamp_seconds", NAME), scene.clock.now() / 1_000);
  assertEquals(await scene.value("replicate_wal_restarts_total"), 1);
  assertEquals(await scene.value("litestream_sync_error_count"), 1);
  scene.metrics.observe({ type: "database-opened", sqliteVersion: "3.45.1" });
  assertEquals((await scene.values()).get('replicate_sqlite_info{version="3.45.1"}'), 1);
});

Deno.test("ReplicationMetrics counts validations by their result, whatever else their events tell", async () => {
  const scene = new Scene();
  for (const type of ["validated", "validated", "validation-failed"]) {
    scene.metrics.observe({ type, replica: S3, anything: 5 } as unknown as ReplicateEvent); // no validation here yet
  }
  assertEquals(await scene.value("litestream_replica_validation_total", `${NAME},status="ok"`), 2);
  assertEquals(await scene.value("litestream_replica_validation_total", `${NAME},status="error"`), 1);
  assertEquals(await scene.value("replicate_last_validation_success", NAME), 0);
  assertEquals(await scene.value("replicate_last_validation_timestamp_seconds", NAME), scene.clock.now() / 1_000);
});

Deno.test("ReplicationMetrics names replicas of one type by their URLs, and others by their type", async () => {
  const scene = new Scene(["s3", "file", "file"]);
  scene.health = [HEALTH, { ...HEALTH, replica: FILE }];
  assert(await scene.value("replicate_lag_bytes", NAME));
  assert(await scene.value("replicate_lag_bytes", `,name="${FILE}"`));
});

Deno.test("ReplicationMetrics.text() is Prometheus' text format", async () => {
  const scene = new Scene();
  scene.metrics.count(TALLY);
  const text = await scene.metrics.text();
  for (const line of text.split("\n")) {
    assert(/^$|^# (HELP|TYPE) [a-z_]+ |^[a-z_]+(\{([a-z_]+="[^"\n]*",?)+\})? [-+.e\d]+$/.test(line), line);
  }
  assertStringIncludes(text, "# TYPE replicate_write_lock_seconds histogram");
});
