/**
 * `replicate generations`: the histories that a replica holds.
 *
 * @module
 */

import { formatDuration } from "../duration.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import { printReplicas } from "./listings.ts";
import type { Subject } from "./sources.ts";
import { cell, timeCell } from "./table.ts";

/** Lists the generations of a database's replicas. */
export const generations: Command = {
  name: "generations",
  summary: "Lists the generations of a database's replicas, or of one replica",
  usage: ["[flags] DB", "[flags] URL"],
  description: [
    "The lag is the time from a generation's last object to the last change of the database, or of its WAL; of a replica " +
    "that is named by its URL, to now. Programs read it in milliseconds.",
  ],
  flags: [...CONFIG_FLAGS, REPLICA_FLAG, JSON_FLAG],
  run: (shell, flags) =>
    printReplicas(shell, flags, {
      columns: ["name", "generation", "lag", "start", "end"],
      rowsOf: async ({ name, listing }, subject) => {
        const changedAtMs = await changeOf(subject) ?? shell.clock.now();
        return listing.map(({ generation, createdAtMs, updatedAtMs }) => {
          const lagMs = changedAtMs - updatedAtMs;
          return {
            name: cell(name),
            generation: cell(generation),
            lag: { text: formatDuration(lagMs), value: Math.round(lagMs) },
            start: timeCell(createdAtMs),
            end: timeCell(updatedAtMs),
          };
        });
      },
    }),
};

/** When the database or its WAL was last changed, in milliseconds since 1970; null when there is none here. */
async function changeOf({ database }: Subject): Promise<number | null> {
  if (database === null) return null;
  const times: number[] = [];
  for (const path of [database.path, `${database.path}-wal`]) {
    const info = await Deno.stat(path).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    });
    if (info?.mtime) times.push(info.mtime.getTime());
  }
  return times.length === 0 ? null : Math.max(...times);
}
