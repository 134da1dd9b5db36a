// deno-lint-ignore-file no-console -- a benchmark prints its figures
/**
 * How much memory a snapshot of a large database takes: `deno run -A bench/snapshot_memory.ts [URL…]`.
 *
 * Without a URL it writes to a folder, and to the bucket of the variables `S3_TEST_…` where they are set. Fails when a
 * process has ever had more than 200 MiB.
 *
 * @module
 */

import { systemClock } from "../replicate/clock.ts";
import { Database } from "../replicate/database.ts";
import { newGeneration } from "../replicate/generation.ts";
import { writeSnapshot } from "../replicate/snapshot.ts";
import { GIBIBYTE, makeDatabase, measure, mebibytes, runChild, storeAt } from "./machine.ts";

const PEAK_BYTES_MAX = 200 * 1_048_576;

async function snapshot(path: string, url: string): Promise<void> {
  const database = await Database.open(path, systemClock);
  const store = storeAt(url);
  const place = { generation: newGeneration(), index: 0 };
  {
    using read = database.openSnapshot();
    await writeSnapshot(store, place, read, { yieldTurn: () => systemClock.sleep(0) });
  }
  database.close();
  const keys = (await Array.fromAsync(store.list("generations/"))).map(({ key }) => key);
  await store.delete(keys.filter((key) => key.includes(place.generation)));
}

const [mode, path = "", url = ""] = Deno.args;
if (mode === "measure") {
  await measure(() => snapshot(path, url));
} else {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  try {
    makeDatabase(`${folder}/large.db`, GIBIBYTE);
    const bucket = Deno.env.get("S3_TEST_BUCKET");
    const urls = [`file://${folder}/replica`, ...(bucket ? [`s3://${bucket}/bench-${crypto.randomUUID()}`] : [])];
    for (const target of Deno.args.length > 0 ? Deno.args : urls) {
      const { ms, peakBytes } = await runChild(import.meta.url, ["measure", `${folder}/large.db`, target]);
      console.log(`${target}: ${mebibytes(peakBytes)} at the most, ${(ms / 1_000).toFixed(1)} s`);
      if (peakBytes > PEAK_BYTES_MAX) Deno.exitCode = 1;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
