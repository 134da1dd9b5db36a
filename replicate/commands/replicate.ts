/**
 * `replicate replicate`: keeps the replicas of databases up to date while other processes use them.
 *
 * @module
 */

import { absolutePath } from "../litestream/home_path.ts";
import { databaseAt, DEFAULT_LOGGING, type LitestreamConfig, replicaAt } from "../litestream/model.ts";
import { formatReplicaUrl, parseReplicaUrl } from "../store_url.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS } from "./common_flags.ts";
import { type Flags, UsageError } from "./flags.ts";
import { createLog } from "./log.ts";
import { replicateOnce } from "./replicate_once.ts";
import { replicateUntilEnd } from "./replicate_until_end.ts";
import type { Shell } from "./shell.ts";
import { isUrl, loadConfig } from "./sources.ts";

const RESTORE_FLAG = "restore-if-db-not-exists";

/** Replicates databases until a signal comes, or a command has ended. */
export const replicate: Command = {
  name: "replicate",
  summary: "Streams the changes of SQLite databases to their replicas, while any other process uses them",
  usage: ["[flags]", "[flags] DB URL [URL…]"],
  description: [
    "Without arguments the databases of the configuration are replicated, else DB to each URL: s3://bucket/path or " +
    "file:///path. A database that is not there yet is waited for.",
    "The applications need a busy timeout, as with Litestream: now and then the write lock is taken for milliseconds.",
    "SIGINT and SIGTERM end it: what is left is uploaded within 30 seconds, and the exit code is 1 when that did not do. " +
    "A second signal ends it at once.",
    "With -exec the signal goes to the command, and replication ends after it. The exit code is the command's; Litestream " +
    "has 1 for any other than 0, and leaves the last upload out then.",
    "With -restore-if-db-not-exists each database that is not there is restored before the command is started, and its " +
    "replica's log is taken over: the generation goes on without another snapshot. An empty replica leaves the database to " +
    "the command; one that cannot be reached is waited for; one that cannot be restored ends it with exit code 1.",
    "addr in the configuration serves metrics for Prometheus at /metrics, under Litestream's names.",
    "An instance that finds another writer's objects in a replica, or commits there that its database does not have, is " +
    "fenced: it stops to write there, says so in the log, and goes on with the others. Litestream goes on all the same.",
  ],
  flags: [
    { name: "exec", value: "COMMAND", help: "run this command, without a shell, and end after it" },
    { name: "once", value: null, help: "upload everything, and end; the exit code is 1 when that was not possible" },
    {
      name: RESTORE_FLAG,
      value: null,
      help: "with -exec: first restore each database that is not there, and go on in its replica's generation",
    },
    ...CONFIG_FLAGS,
  ],
  run: async (shell, flags) => {
    const config = await readOrder(shell, flags);
    const log = createLog(shell, config.logging);
    for (const notice of config.notices) log("warning", notice);
    if (flags.isOn("once")) {
      if (flags.isOn(RESTORE_FLAG)) throw new UsageError(`Cannot use -once and -${RESTORE_FLAG} together`);
      if (flags.text("exec") !== null) throw new UsageError("Cannot use -once and -exec together: give one of them");
      return await replicateOnce(shell, config.databases, log);
    }
    const exec = flags.text("exec") ?? config.exec;
    const isRestoring = flags.isOn(RESTORE_FLAG);
    if (isRestoring && exec === null) {
      throw new UsageError(
        `Cannot use -${RESTORE_FLAG} without -exec: another program may open the database meanwhile`,
      );
    }
    return await replicateUntilEnd(shell, { ...config, exec, ifMissing: isRestoring ? "restore" : "wait" }, log);
  },
};

/** What is to be replicated: what the arguments say, else the configuration. */
async function readOrder(shell: Shell, flags: Flags): Promise<LitestreamConfig> {
  const [path, ...urls] = flags.args;
  if (path === undefined) return await loadConfig(shell, flags);
  if (flags.text("config") !== null) {
    throw new UsageError("Cannot use -config with a database and URLs: give the one or the others");
  }
  if (isUrl(path)) throw new UsageError("Cannot replicate a URL: give the path of a database first");
  if (urls.length === 0) throw new UsageError(`Cannot replicate "${path}" without a replica URL: give one or more`);
  const locations = urls.map((url) => parseReplicaUrl(url));
  const names = locations.map((location) => formatReplicaUrl(location));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Cannot replicate to "${twice}" twice: give each URL once`);
  const database = databaseAt(absolutePath(path, shell.env), locations.map((location) => replicaAt(location)));
  return { addr: null, exec: null, logging: DEFAULT_LOGGING, databases: [database], notices: [] };
}
