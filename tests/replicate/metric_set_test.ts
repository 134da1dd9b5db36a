import { assert, assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { createMetricSet } from "../../replicate/metric_set.ts";

/** Litestream v0.3's metrics, for their dashboards and alerts to go on working. */
const LITESTREAM = `
  litestream_db_size gauge db
  litestream_wal_size gauge db
  litestream_shadow_wal_index gauge db
  litestream_shadow_wal_size gauge db
  litestream_total_wal_bytes counter db
  litestream_sync_count counter db
  litestream_sync_error_count counter db
  litestream_sync_seconds counter db
  litestream_checkpoint_count counter db,mode
  litestream_checkpoint_error_count counter db,mode
  litestream_checkpoint_seconds counter db,mode
  litestream_replica_wal_bytes counter db,name
  litestream_replica_wal_index gauge db,name
  litestream_replica_wal_offset gauge db,name
  litestream_replica_validation_total counter db,name,status
  litestream_replica_operation_total counter replica_type,operation
  litestream_replica_operation_bytes counter replica_type,operation`;

interface Described {
  readonly name: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

function describe(): Described[] {
  const registry = new Registry();
  const metrics = createMetricSet(registry);
  return Object.values(metrics).map((metric) => {
    const { name, type, labelNames } = metric as unknown as Described; // prom-client keeps them out of its types
    return { name, type, labelNames };
  });
}

Deno.test("createMetricSet() has every metric of Litestream v0.3, of the same type and with the same labels", () => {
  const ours = describe().filter(({ name }) => name.startsWith("litestream_"));
  assertEquals(
    ours.map(({ name, type, labelNames }) => `${name} ${type} ${labelNames.join(",")}`).toSorted(),
    LITESTREAM.trim().split("\n").map((line) => line.trim()).toSorted(),
  );
});

Deno.test("createMetricSet() gives our own metrics Prometheus' endings, and docs/metrics.md says what each means", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
  for (const { name, type } of describe()) {
    assert(docs.includes(`\`${name}\``), `docs/metrics.md lacks ${name}`);
    if (name.startsWith("replicate_")) assertEquals(name.endsWith("_total"), type === "counter", name);
  }
});
