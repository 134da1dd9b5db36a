// deno-lint-ignore-file no-console -- a benchmark prints its figures
/**
 * A restore against reading the same objects: `deno run -A bench/restore.ts [FOLDER]`.
 *
 * A database of 1 GiB with 2 GiB of WAL after its snapshot, in a folder, which is kept for the next run when it is given.
 * Both run in turns, in processes of their own. Fails when a restore takes more than 1.5 times as long as it takes to
 * read and decompress the objects, or has ever had more than 300 MiB of memory.
 *
 * @module
 */

import { systemClock } from "../replicate/clock.ts";
import { download } from "../replicate/download.ts";
import { Prefetch } from "../replicate/prefetch.ts";
import { decodeObject, listReplica } from "../replicate/replica.ts";
import { restore } from "../replicate/restore.ts";
import { LATEST, planRestore } from "../replicate/restore_plan.ts";
import type { ObjectStore } from "../replicate/object_store.ts";
import { pathExists } from "../replicate/path_exists.ts";
import { Engine, folderStore } from "../tests/support/replicator_fixture.ts";
import { GIBIBYTE, makeDatabase, measure, type Measurement, mebibytes, runChild, storeAt } from "./machine.ts";

const RATIO_MAX = 1.5;
const PEAK_BYTES_MAX = 300 * 1_048_576;
const TURNS = 3;
const DATABASE_BYTES = GIBIBYTE;
const WAL_BYTES = 2 * GIBIBYTE;

/** Rows that one transaction changes. Each of them fills a page. */
const ROWS_PER_COMMIT = 250;

const options = { clock: systemClock, random: Math.random };

async function makeReplica(folder: string): Promise<void> {
  const path = `${folder}/large.db`;
  makeDatabase(path, DATABASE_BYTES);
  await using engine = await Engine.start({ path, stores: [folderStore(`${folder}/replica`)] });
  await engine.happened("snapshot-written");
  const rows = DATABASE_BYTES / 4_096;
  for (let bytes = 0; bytes < WAL_BYTES; bytes += ROWS_PER_COMMIT * 4_120) {
    const first = Math.floor(Math.random() * (rows - ROWS_PER_COMMIT));
    await engine.commit(
      `UPDATE note SET body = hex(randomblob(2000)) WHERE id BETWEEN ${first} AND ${first + ROWS_PER_COMMIT - 1}`,
    );
    await engine.synced();
  }
  await engine.stop();
}

/** What a restore cannot do without: every object fetched as a restore fetches it, and decompressed. */
async function readAll(store: ObjectStore): Promise<void> {
  const plan = planRestore(await listReplica(store), LATEST);
  if (plan === null) throw new Error("There is nothing to restore");
  let plainBytes = 0;
  const count = async (key: string, stored: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => {
    for await (const block of decodeObject(key, stored)) plainBytes += block.byteLength;
  };
  const bounds = { parallelism: 8, sizeMax: 33_554_432, sizeOf: ({ size }: { readonly size: number }) => size };
  await using fetched = new Prefetch(plan.segments, bounds, async ({ key }, signal) => ({
    key,
    stored: await Array.fromAsync(download(store, key, { ...options, signal })),
  }));
  await count(plan.snapshot.key, download(store, plan.snapshot.key, options));
  for await (const { key, stored } of fetched) await count(key, stored);
  if (plainBytes < DATABASE_BYTES + WAL_BYTES) throw new Error(`Read only ${plainBytes} bytes`);
}

async function restoreOnce(store: ObjectStore, outputPath: string): Promise<void> {
  await restore(store, { ...options, outputPath });
}

function median(measurements: readonly Measurement[]): number {
  const sorted = measurements.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function compare(folder: string): Promise<void> {
  if (!await pathExists(`${folder}/replica`)) await makeReplica(folder);
  const results: Record<"read" | "restore", Measurement[]> = { read: [], restore: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const mode of ["read", "restore"] as const) {
      results[mode].push(await runChild(import.meta.url, [mode, `file://${folder}/replica`, `${folder}/restored.db`]));
      if (mode === "restore") await Deno.remove(`${folder}/restored.db`);
    }
  }
  const ratio = median(results.restore) / median(results.read);
  const peakBytes = Math.max(...results.restore.map((result) => result.peakBytes));
  const seconds = (all: readonly Measurement[]): string => all.map(({ ms }) => (ms / 1_000).toFixed(1)).join(", ");
  console.log(`read ${seconds(results.read)} s; restore ${seconds(results.restore)} s: ${ratio.toFixed(2)} times`);
  console.log(`restore: ${mebibytes(peakBytes)} at the most`);
  if (ratio > RATIO_MAX || peakBytes > PEAK_BYTES_MAX) Deno.exitCode = 1;
}

const [mode = "", url = "", outputPath = ""] = Deno.args;
if (mode === "read") {
  await measure(() => readAll(storeAt(url)));
} else if (mode === "restore") {
  await measure(() => restoreOnce(storeAt(url), outputPath));
} else if (mode !== "") {
  await Deno.mkdir(mode, { recursive: true });
  await compare(mode);
} else {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  try {
    await compare(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
