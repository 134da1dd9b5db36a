/**
 * `replicate reset`: forgets where the replicas of a database were.
 *
 * @module
 */

import { forgetReplicas } from "../forget.ts";
import { absolutePath } from "../litestream/home_path.ts";
import { configPath } from "../litestream/config_file.ts";
import { pathExists } from "../path_exists.ts";
import { metaPath } from "../state_file.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS } from "./common_flags.ts";
import { type Flags, UsageError } from "./flags.ts";
import type { Shell } from "./shell.ts";
import { isUrl, loadConfig } from "./sources.ts";

/** Forgets what this disk knows of a database's replicas. */
export const reset: Command = {
  name: "reset",
  summary: "Forgets which history a database has, so that its next replication begins a new generation",
  usage: ["[flags] DB"],
  description: [
    "For a database that is fenced from its replica as stale, and is to be the newest nevertheless: what the replica has " +
    "of others stays in its older generations. The WAL is moved into the database, and state.json is removed; nothing in " +
    "a replica is touched.",
    "It refuses while another process reads or writes the database: stop its replication first.",
  ],
  flags: [...CONFIG_FLAGS],
  run: async (shell, flags) => {
    const argument = flags.onlyArgument("the path of one database");
    if (isUrl(argument)) throw new UsageError("Cannot reset a replica: give the path of a database");
    const path = absolutePath(argument, shell.env);
    const folder = await metaFolderOf(path, { shell, flags });
    const isThere = await pathExists(path) || await pathExists(folder);
    if (!isThere) throw new UsageError(`Cannot reset "${path}" as there is neither a database nor "${folder}"`);
    await forgetReplicas(path, folder);
    shell.say(`Reset "${path}": its next replication begins a new generation`);
    return 0;
  },
};

/** Where the engine's files are, which a configuration may say: one that is there, or that was asked for. */
async function metaFolderOf(
  path: string,
  { shell, flags }: { readonly shell: Shell; readonly flags: Flags },
): Promise<string> {
  const isMeant = flags.text("config") !== null || await pathExists(configPath(null, shell.env));
  const config = isMeant ? await loadConfig(shell, flags) : null;
  return config?.databases.find((database) => database.path === path)?.metaPath ?? metaPath(path);
}
