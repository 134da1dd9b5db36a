/** Prometheus looks at a service that replicates to a bucket: figures change after real pastes, uploads and failures. */

import { assertEquals, assertGreater } from "@std/assert";
import { metricValues } from "../support/metric_values.ts";
import { makePastes, sendAll } from "../support/paste_client.ts";
import { seededRandom } from "../support/random.ts";
import { serverEnv } from "../support/s3_environment.ts";
import { S3Server } from "../support/s3_server.ts";
import { ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** What one look finds, with the labels of this service's only database taken off. */
class Scrape {
  readonly #values: ReadonlyMap<string, number>;

  private constructor(text: string, databasePath: string) {
    this.#values = metricValues(text.replaceAll(`db="${databasePath}",name="s3"`, "").replaceAll(/db="[^"]*"/g, ""));
  }

  static async of(service: ServiceProcess, databasePath: string): Promise<Scrape> {
    const port = service.records.find(({ message }) => message === "Listening")?.["metricsPort"];
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    assertEquals(response.status, 200);
    return new Scrape(await response.text(), databasePath);
  }

  get(name: string): number {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`There is no ${name}: ${[...this.#values.keys()].join("\n")}`);
    return value;
  }
}

Deno.test("metrics follow pastes, uploads and an outage of the bucket", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket), METRICS_ADDR: "127.0.0.1:0" };
  await using service = await ServiceProcess.start(env);
  await service.untilSynced();
  const scrape = (): Promise<Scrape> => Scrape.of(service, workspace.databasePath);
  /** The worker tells what it has counted once a second. */
  const until = (what: string, holds: (now: Scrape) => boolean): Promise<Scrape> =>
    service.until(what, async () => {
      const now = await scrape();
      return holds(now) ? now : null;
    });
  const puts = 'litestream_replica_operation_total{replica_type="s3",operation="PUT"}';
  const before = await until("the first uploads are counted", (now) => now.get(puts) > 0);
  assertEquals(before.get("replicate_lag_seconds{}"), 0);
  assertEquals(before.get('replicate_role{,role="writer"}'), 1);

  await sendAll(service.url, makePastes(seededRandom(1), 50), 8);
  await service.untilSynced();
  const puttings = bucket.requests.filter(({ operation }) => operation === "PutObject");
  const refused = puttings.filter(({ status }) => status === 412).length; // the probe's second one
  const uploaded = puttings.length;
  const after = await until("the uploads are counted", (now) => now.get(puts) >= uploaded);
  assertEquals(after.get(puts), uploaded, "each request is counted once");
  assertEquals(after.get('replicate_requests_total{,operation="PUT",status="2xx"}'), uploaded - refused);
  assertEquals(after.get('replicate_requests_total{,operation="PUT",status="4xx"}'), refused);
  assertEquals(after.get("pastestream_pastes_total") - before.get("pastestream_pastes_total"), 50);
  assertEquals(after.get('pastestream_http_requests_total{route="create",status="200"}'), 50);
  for (
    const name of [
      "litestream_total_wal_bytes{}",
      "litestream_sync_count{}",
      "litestream_sync_seconds{}",
      "litestream_replica_wal_bytes{}",
      "litestream_replica_wal_offset{}",
      "litestream_wal_size{}",
      "replicate_estimated_monthly_request_cost_dollars{}",
      "replicate_last_sync_timestamp_seconds{}",
    ]
  ) assertGreater(after.get(name), before.get(name), name);
  assertEquals(after.get("litestream_replica_wal_bytes{}"), after.get("litestream_total_wal_bytes{}"));

  bucket.down = true;
  await sendAll(service.url, makePastes(seededRandom(2), 5), 2);
  const down = await until("the outage is told", (now) => now.get("replicate_failing{}") === 1);
  assertGreater(down.get("replicate_lag_seconds{}"), 0);
  assertGreater(down.get("replicate_lag_bytes{}"), 0);
  assertGreater(down.get("litestream_sync_error_count{}"), 0);
  bucket.down = false;
  const back = await until("all is well again", (now) => now.get("replicate_failing{}") === 0);
  assertEquals([back.get("replicate_lag_seconds{}"), back.get("replicate_lag_bytes{}")], [0, 0]);
});
