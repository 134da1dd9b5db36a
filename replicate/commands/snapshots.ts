/**
 * `replicate snapshots`: the whole databases that a replica holds.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import { printReplicas } from "./listings.ts";
import { cell, timeCell } from "./table.ts";

/** Lists the snapshots of a database's replicas. */
export const snapshots: Command = {
  name: "snapshots",
  summary: "Lists the snapshots of a database's replicas, or of one replica",
  usage: ["[flags] DB", "[flags] URL"],
  description: [
    "The index is a decimal number here, as Litestream prints it; -index of restore takes a hexadecimal one.",
  ],
  flags: [...CONFIG_FLAGS, REPLICA_FLAG, JSON_FLAG],
  run: (shell, flags) =>
    printReplicas(shell, flags, {
      columns: ["replica", "generation", "index", "size", "created"],
      rowsOf: ({ name, listing }) =>
        listing.flatMap(({ generation, snapshots: found }) =>
          found.map(({ index, size, modifiedAtMs }) => ({
            replica: cell(name),
            generation: cell(generation),
            index: cell(index),
            size: cell(size),
            created: timeCell(modifiedAtMs),
          }))
        ),
    }),
};
