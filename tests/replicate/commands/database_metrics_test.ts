/** The metrics as a collector has them: over HTTP, while other processes write. */

import { assert, assertEquals } from "@std/assert";
import { DatabaseMetrics } from "../../../replicate/commands/database_metrics.ts";
import { databaseAt, replicaAt } from "../../../replicate/litestream/model.ts";
import type { WriterStatus } from "../../../replicate/writer_status.ts";
import { CliProcess } from "../../support/cli_process.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { metricValues } from "../../support/metric_values.ts";
import { recordingShell } from "../../support/recording_shell.ts";
import { withFolder } from "../../support/replicator_fixture.ts";
import { eventually } from "../../support/service_process.ts";

const STATUS: Omit<WriterStatus, "replica"> = {
  role: "writer",
  position: "0011223344556677/00000002:4152",
  lagBytes: 100,
  syncedNotice: 0,
  lastSyncAtMs: 1,
  error: null,
  lastValidation: null,
  tally: { capturedBytes: 900, walIndex: 2, walBytes: 400, uploadedBytes: 800, uploads: 4, uploadMs: 250 },
};

Deno.test("DatabaseMetrics names replicas as the configuration does, and tells how old their lag is", async () => {
  const clock = new FakeClock();
  let last: DatabaseMetrics | undefined;
  const source = { ...replicaAt({ type: "file", path: "/replica" }), name: "near" };
  const metrics = ["/a.db", "/b.db"].map((path) => {
    const one = new DatabaseMetrics(databaseAt(path, [source]), { clock, ...last && { beside: last } });
    last = one;
    const { store } = one.open(source, recordingShell({ clock }));
    one.update([{ ...STATUS, replica: store.url }]);
    return one;
  });
  await clock.advance(7_000);
  metrics.forEach((one) => one.refresh(null));
  let values = metricValues(await last?.text() ?? "");
  for (const db of ["/a.db", "/b.db"]) {
    assertEquals(values.get(`replicate_lag_seconds{db="${db}",name="near"}`), 7);
    assertEquals(values.get(`litestream_replica_wal_bytes{db="${db}",name="near"}`), 800);
  }
  metrics[0]?.observe({
    type: "worker-failed",
    error: { name: "Error", code: "internal", retryable: true, message: "gone" },
    nextTryMs: 1,
  });
  metrics[0]?.update([{ ...STATUS, replica: "file:///replica", tally: { ...STATUS.tally, uploadedBytes: 50 } }]);
  metrics.forEach((one) => one.refresh(null));
  values = metricValues(await last?.text() ?? "");
  assertEquals(values.get(`litestream_replica_wal_bytes{db="/a.db",name="near"}`), 850, "a new engine counts from 0");
  assertEquals(values.get(`replicate_worker_failures_total{db="/a.db"}`), 1);
  assertEquals(values.get(`replicate_worker_failures_total{db="/b.db"}`), 0);
});

Deno.test("replicate serves the metrics of every database at addr while another process writes", async () => {
  await withFolder(async (folder) => {
    const databases = ["one", "two"].map((name) =>
      `{path: ${folder}/${name}.db, replicas: [{path: ${folder}/r-${name}}]}`
    );
    await Deno.writeTextFile(`${folder}/l.yml`, `addr: "127.0.0.1:0"\ndbs: [${databases.join(", ")}]`);
    await using command = CliProcess.start(["replicate", "-config", `${folder}/l.yml`]);
    await command.says("Serving metrics");
    const port = /Serving metrics.*port=(\d+)/.exec(command.output)?.[1];
    const scrape = async (): Promise<{ text: string; values: ReadonlyMap<string, number> }> => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return { text, values: metricValues(text) };
    };
    const write = async (name: string): Promise<void> => {
      const sql = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS item (body);" +
        "INSERT INTO item VALUES (randomblob(20000));";
      assert((await new Deno.Command("sqlite3", { args: [`${folder}/${name}.db`, sql] }).output()).success);
    };
    const value = async (metric: string, name: string): Promise<number> =>
      (await scrape()).values.get(`${metric}{db="${folder}/${name}.db",name="file"}`) ?? 0;
    const uploaded = (name: string): Promise<number> => value("litestream_replica_wal_bytes", name);
    for (const name of ["one", "two"]) await write(name);
    for (const name of ["one", "two"]) {
      await eventually(name, async () => await value("replicate_snapshots_total", name) === 1 || null);
    }
    const before = await uploaded("one");
    await write("one");
    await eventually("the second write is counted", async () => await uploaded("one") >= before + 20_000 || null);
    const { text, values } = await scrape();
    for (const name of ["one", "two"]) {
      const db = `${folder}/${name}.db`;
      assertEquals(values.get(`replicate_role{db="${db}",name="file",role="writer"}`), 1);
      assert((values.get(`litestream_db_size{db="${db}"}`) ?? 0) > 0);
      assertEquals(values.get(`replicate_snapshots_total{db="${db}",name="file"}`), 1);
    }
    const headings = text.split("\n").filter((line) => line.startsWith("# TYPE"));
    assertEquals(new Set(headings).size, headings.length, "each metric is declared once");
    command.signal("SIGTERM");
    assertEquals(await command.end(), 0, command.output);
  });
});
