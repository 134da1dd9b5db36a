/**
 * Flags that several commands share.
 *
 * @module
 */

import type { FlagSpec } from "./flags.ts";

/** Where the configuration is, and how it is read. */
export const CONFIG_FLAGS: readonly FlagSpec[] = [
  {
    name: "config",
    value: "PATH",
    help: "the configuration (LITESTREAM_CONFIG, else /etc/litestream.yml)",
  },
  { name: "no-expand-env", value: null, help: "leave $VAR and ${VAR} in the configuration as they are" },
];

/** Which of a database's replicas is meant. */
export const REPLICA_FLAG: FlagSpec = {
  name: "replica",
  value: "NAME",
  help: "only the replica of this name (every replica of the database)",
};

/** Whether programs read the output. */
export const JSON_FLAG: FlagSpec = { name: "json", value: null, help: "print a line of JSON for each row" };

/** How many objects are fetched at a time. */
export const PARALLELISM_FLAG: FlagSpec = { name: "parallelism", value: "N", help: "segments to fetch at a time (8)" };
