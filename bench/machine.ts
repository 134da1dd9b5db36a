// deno-lint-ignore-file no-console -- a benchmark prints its figures
/**
 * What the benchmarks share: a large database, child processes, and what the kernel says of memory.
 *
 * @module
 */

import { systemClock } from "../replicate/clock.ts";
import { openStore } from "../replicate/open_store.ts";
import { resolveReplica } from "../replicate/config.ts";
import type { ObjectStore } from "../replicate/object_store.ts";
import { parseReplicaUrl } from "../replicate/store_url.ts";
import { openSqlite } from "../tests/support/sqlite.ts";

/** One gibibyte. */
export const GIBIBYTE = 1_073_741_824;

/**
 * Makes a database of random text, half of which compresses away.
 *
 * @param path Where.
 * @param sizeBytes About how large.
 */
export function makeDatabase(path: string, sizeBytes: number): void {
  using sqlite = openSqlite(path);
  sqlite.all("PRAGMA journal_mode = WAL");
  sqlite.all("PRAGMA synchronous = OFF");
  sqlite.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)");
  const rowBytes = 4_000;
  const rows = Math.ceil(sizeBytes / 4_096);
  const step = 16_384;
  for (let first = 1; first <= rows; first += step) {
    sqlite.exec(
      `WITH RECURSIVE n (i) AS (VALUES (${first}) UNION ALL SELECT i + 1 FROM n WHERE i < ${
        Math.min(rows, first + step - 1)
      }) INSERT INTO note SELECT i, hex(randomblob(${rowBytes / 2})) FROM n`,
    );
    sqlite.all("PRAGMA wal_checkpoint(PASSIVE)");
  }
}

/**
 * Opens a replica's store by its URL; for a bucket the variables `S3_TEST_…` say where it is.
 *
 * @param url The replica's URL.
 * @returns The store.
 */
export function storeAt(url: string): ObjectStore {
  const name = (suffix: string): string => Deno.env.get(`S3_TEST_${suffix}`) ?? "";
  const env = {
    LITESTREAM_S3_ENDPOINT: name("ENDPOINT"),
    LITESTREAM_REGION: name("REGION"),
    LITESTREAM_ACCESS_KEY_ID: name("ACCESS_KEY_ID"),
    LITESTREAM_SECRET_ACCESS_KEY: name("SECRET_ACCESS_KEY"),
  };
  return openStore(resolveReplica(parseReplicaUrl(url), env), { clock: systemClock, random: Math.random });
}

/** The most memory that this process has had at any time, in bytes. */
export function peakMemoryBytes(): number {
  const [, kibibytes = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Number(kibibytes) * 1_024;
}

/** What a child process found out. */
export interface Measurement {
  /** How long the work took, in milliseconds. */
  readonly ms: number;
  /** The most memory that it had, in bytes. */
  readonly peakBytes: number;
}

/**
 * Measures a piece of work in this process, and prints the result for the one that has started it.
 *
 * @param work What to do.
 */
export async function measure(work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await work();
  console.log(JSON.stringify({ ms: performance.now() - startedAt, peakBytes: peakMemoryBytes() }));
}

/**
 * Runs a benchmark's own file again, in a process of its own.
 *
 * @param script The file's URL.
 * @param args What it is to do.
 * @returns What it found out.
 */
export async function runChild(script: string, args: readonly string[]): Promise<Measurement> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...args], stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`${args.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Writes a size for people. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}
