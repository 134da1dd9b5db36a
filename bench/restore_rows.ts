/**
 * Restores by the command line, in turns with what they cannot do without: reading and decoding the same objects.
 *
 * @module
 */

import { type Environment, runScript } from "../tests/support/service_process.ts";
import { type Bar, figure } from "./figures.ts";
import { type FilledBy, fillReplica } from "./filled_replica.ts";
import { newFolder, openBucket, pool, type Row, type Setting, startService } from "./setting.ts";
import { runLoad } from "./wrk.ts";

const RATIO_BAR: Bar = { is: "<=", value: 1.2 };

/** How many pastes of 1 KiB are stored under full load. */
const MANY_PASTES = 82_000;

/** A replica to restore from. */
interface Source extends AsyncDisposable {
  readonly url: string;
  /** Where credentials are found. */
  readonly env: Environment;
}

/** The rows. */
export const RESTORE_ROWS: readonly Row[] = [
  restoreRow("restore-82k-folder", `${MANY_PASTES} pastes of 1k of noise in a folder`, manyPastesInFolder),
  ...[0, 20].map((delayMs) =>
    restoreRow(
      `restore-82k-${delayMs}ms`,
      `${MANY_PASTES} pastes of 1k of noise in a bucket that is ${delayMs} ms further away`,
      (setting) => manyPastesInBucket(setting, delayMs),
    )
  ),
  ...([[100, "uploads"], [100, "snapshot"], [1024, "snapshot"]] as const).map(([mebibytes, by]) =>
    restoreRow(
      `restore-${mebibytes === 1024 ? "1g" : "100m"}-${by === "uploads" ? "segments" : by}`,
      `${mebibytes} MiB of noise in a folder, written by ${by}`,
      (setting) => largePastes(setting, mebibytes, by),
    )
  ),
];

function restoreRow(name: string, of: string, open: (setting: Setting) => Promise<Source>): Row {
  return {
    name,
    what: `Restore of ${of}, in turns with reading and decoding it`,
    measure: async (setting) => {
      await using source = await open(setting);
      const { url, env } = source;
      const restores: number[] = [];
      const downloads: number[] = [];
      const writes: number[] = [];
      for (let round = 0; round < setting.rounds; round++) {
        const folder = await newFolder(setting);
        restores.push(await timeScript("replicate/cli.ts", ["restore", "-o", `${folder}/store.db`, url], env));
        downloads.push(await timeScript("bench/download.ts", [url], env));
        writes.push(await timeWrites(`${folder}/written`, (await Deno.stat(`${folder}/store.db`)).size));
        // A gigabyte each: only one at a time.
        await Deno.remove(folder, { recursive: true });
      }
      return [
        figure(restores, { name: "restore", unit: "ms" }),
        figure(downloads, { name: "read and decode", unit: "ms" }),
        figure(writes, { name: "write and sync as much", unit: "ms" }),
        figure(restores.map((ms, round) => ms / (downloads[round] ?? 0)), {
          name: "restore ÷ read and decode",
          bar: RATIO_BAR,
        }),
      ];
    },
  };
}

async function largePastes(setting: Setting, mebibytes: number, by: Exclude<FilledBy, "nobody">): Promise<Source> {
  const { url } = await fillReplica(setting, Math.ceil(mebibytes * setting.scale), by);
  return { url, env: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function manyPastesInFolder(setting: Setting): Promise<Source> {
  const url = `file://${await newFolder(setting)}`;
  await storeManyPastes(setting, { DB_REPLICA_URL: url });
  return { url, env: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function manyPastesInBucket(setting: Setting, delayMs: number): Promise<Source> {
  await using cleanup = new AsyncDisposableStack();
  const { env } = cleanup.use(await openBucket(delayMs));
  await storeManyPastes(setting, env);
  const kept = cleanup.move();
  return { url: env["DB_REPLICA_URL"] ?? "", env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function storeManyPastes(setting: Setting, env: Environment): Promise<void> {
  await using service = await startService(setting, env);
  const script = { mode: "put", bytes: "1024", pool: await pool(setting, "noise") };
  for (let pastes = 0; pastes < MANY_PASTES * setting.scale;) {
    pastes += (await runLoad({ url: service.url, script, connections: 64, seconds: 1 })).requests;
  }
  await service.untilSynced({ pauseMs: 50, tries: 12_000 });
  await service.end("SIGTERM");
}

/** How long a program of the project takes, in milliseconds, its start included. */
async function timeScript(script: string, args: readonly string[], env: Environment): Promise<number> {
  const begunAt = performance.now();
  const { code, stderr } = await runScript(script, args, env);
  if (code !== 0) throw new Error(`Cannot measure ${script}: ${stderr}`);
  return performance.now() - begunAt;
}

/** How long it takes to have so many bytes on disk, in milliseconds. */
async function timeWrites(path: string, sizeBytes: number): Promise<number> {
  const begunAt = performance.now();
  using file = await Deno.open(path, { write: true, createNew: true });
  const piece = new Uint8Array(1_048_576);
  for (let written = 0; written < sizeBytes;) written += await file.write(piece);
  await file.sync();
  return performance.now() - begunAt;
}
