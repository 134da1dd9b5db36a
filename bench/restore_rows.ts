/**
 * Restores by the command line, in turns with what they cannot do without: reading and decoding the same objects.
 *
 * @module
 */

import { runScript } from "../tests/support/service_process.ts";
import { type Bar, figure } from "./figures.ts";
import { type FilledBy, fillReplica } from "./filled_replica.ts";
import { newFolder, type Row } from "./setting.ts";

const RATIO_BAR: Bar = { is: "<=", value: 1.2 };

/** The rows. */
export const RESTORE_ROWS: readonly Row[] = [
  restoreRow("restore-100m-segments", 100, "uploads"),
  restoreRow("restore-100m-snapshot", 100, "snapshot"),
  restoreRow("restore-1g-snapshot", 1024, "snapshot"),
];

function restoreRow(name: string, mebibytes: number, by: Exclude<FilledBy, "nobody">): Row {
  return {
    name,
    what: `Restore of ${mebibytes} MiB of noise, written by ${by}, in turns with reading and decoding it`,
    measure: async (setting) => {
      const { url } = await fillReplica(setting, Math.ceil(mebibytes * setting.scale), by);
      const restores: number[] = [];
      const downloads: number[] = [];
      for (let round = 0; round < setting.rounds; round++) {
        const folder = await newFolder(setting);
        restores.push(await timeScript("replicate/cli.ts", ["restore", "-o", `${folder}/store.db`, url]));
        downloads.push(await timeScript("bench/download.ts", [url]));
        // A gigabyte each: only one at a time.
        await Deno.remove(folder, { recursive: true });
      }
      return [
        figure(restores, { name: "restore", unit: "ms" }),
        figure(downloads, { name: "read and decode", unit: "ms" }),
        figure(restores.map((ms, round) => ms / (downloads[round] ?? 0)), {
          name: "restore ÷ read and decode",
          bar: RATIO_BAR,
        }),
      ];
    },
  };
}

/** How long a program of the project takes, in milliseconds, its start included. */
async function timeScript(script: string, args: readonly string[]): Promise<number> {
  const begunAt = performance.now();
  const { code, stderr } = await runScript(script, args);
  if (code !== 0) throw new Error(`Cannot measure ${script}: ${stderr}`);
  return performance.now() - begunAt;
}
