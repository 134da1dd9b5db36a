/**
 * `replicate wal`: the segments of the WAL that a replica holds.
 *
 * @module
 */

import { parseGeneration } from "../generation.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import { UsageError } from "./flags.ts";
import { printReplicas } from "./listings.ts";
import { cell, timeCell } from "./table.ts";

/** Lists the segments of a database's replicas. */
export const wal: Command = {
  name: "wal",
  summary: "Lists the WAL segments of a database's replicas, or of one replica",
  usage: ["[flags] DB", "[flags] URL"],
  description: [
    "Index and offset are decimal numbers here, as Litestream prints them; -index of restore takes a hexadecimal one.",
  ],
  flags: [
    ...CONFIG_FLAGS,
    REPLICA_FLAG,
    { name: "generation", value: "NAME", help: "only this generation (every generation)" },
    JSON_FLAG,
  ],
  run: (shell, flags) => {
    const wanted = flags.text("generation");
    if (wanted !== null && parseGeneration(wanted) === null) {
      throw new UsageError(`Cannot read -generation as it must be 16 hexadecimal digits: current value is "${wanted}"`);
    }
    return printReplicas(shell, flags, {
      columns: ["replica", "generation", "index", "offset", "size", "created"],
      rowsOf: ({ name, listing }) =>
        listing.filter(({ generation }) => wanted === null || wanted === generation)
          .flatMap(({ generation, segments }) =>
            segments.map(({ index, offset, size, modifiedAtMs }) => ({
              replica: cell(name),
              generation: cell(generation),
              index: cell(index),
              offset: cell(offset),
              size: cell(size),
              created: timeCell(modifiedAtMs),
            }))
          ),
    });
  },
};
