/**
 * `replicate databases`: what the configuration has.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG } from "./common_flags.ts";
import { loadConfig } from "./sources.ts";
import { cell, formatTable } from "./table.ts";

const COLUMNS = ["path", "replicas"];

/** Lists the databases of the configuration. */
export const databases: Command = {
  name: "databases",
  summary: "Lists the databases of the configuration, and the names of their replicas",
  usage: ["[flags]"],
  description: [],
  flags: [...CONFIG_FLAGS, JSON_FLAG],
  run: async (shell, flags) => {
    flags.noArguments();
    const config = await loadConfig(shell, flags);
    const rows = config.databases.map(({ path, replicas }) => {
      const names = replicas.map(({ name }) => name);
      return { path: cell(path), replicas: { text: names.join(","), value: names } };
    });
    const format = flags.isOn("json") ? "json" : "text";
    for (const line of formatTable(COLUMNS, { rows, format })) shell.print(line);
    return 0;
  },
};
