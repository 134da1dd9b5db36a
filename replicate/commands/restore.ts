/**
 * `replicate restore`: a database from a replica.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import { checkIntegrity } from "../integrity.ts";
import { absolutePath } from "../litestream/home_path.ts";
import { pathExists } from "../path_exists.ts";
import { formatPosition } from "../position.ts";
import { restore as restoreDatabase, type RestoreResult } from "../restore.ts";
import { chooseReplica, type ChosenReplica } from "./choose_replica.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS, PARALLELISM_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import { type Flags, UsageError } from "./flags.ts";
import { interruptible } from "./interruption.ts";
import { printPlan } from "./print_plan.ts";
import { parseRestoreRequest, type RestoreRequest } from "./restore_request.ts";
import { progressTo } from "./restore_progress.ts";
import type { Shell } from "./shell.ts";
import { findSubject, isUrl } from "./sources.ts";

/** Restores a database from a replica. */
export const restore: Command = {
  name: "restore",
  summary: "Restores a database from a replica of this program, or of Litestream v0.3",
  usage: ["[flags] DB", "[flags] -o PATH URL"],
  description: [
    "Every checksum is verified on the way. The database appears under its name when it is complete, or not at all; " +
    "a file that is there is never written over.",
    "DB is the path of a database in the configuration; of its replicas the newest is taken. URL is s3://bucket/path or " +
    "file:///path, with credentials from the environment.",
    "Without -generation, -index and -timestamp the newest state is restored. A time or an index behind the end means the " +
    "end; one before the first snapshot is an error, also with -if-replica-exists, where Litestream succeeds.",
  ],
  flags: [
    { name: "o", value: "PATH", help: "where to write the database (the path of DB)" },
    REPLICA_FLAG,
    { name: "generation", value: "NAME", help: "the generation to restore (the newest)" },
    { name: "index", value: "HEX", help: "restore up to the end of this WAL; needs -generation" },
    { name: "timestamp", value: "TIME", help: "restore what was replicated by then, such as 2026-01-02T15:04:05Z" },
    PARALLELISM_FLAG,
    { name: "if-db-not-exists", value: null, help: "succeed without doing anything when there is a file" },
    { name: "if-replica-exists", value: null, help: "succeed without doing anything when there is no snapshot" },
    { name: "integrity-check", value: "HOW", help: "have SQLite check the result: none, quick or full (none)" },
    { name: "dry-run", value: null, help: "print which objects it takes, and restore nothing" },
    { name: "json", value: null, help: "print the result as a line of JSON, and progress as lines on standard error" },
    ...CONFIG_FLAGS,
  ],
  run: async (shell, flags) => {
    const request = parseRestoreRequest(flags);
    const outputPath = outputPathOf(shell, flags);
    if (flags.isOn("if-db-not-exists") && await pathExists(outputPath)) {
      shell.say(`There is "${outputPath}" already: nothing was restored`);
      return 0;
    }
    const subject = await findSubject(shell, flags);
    const chosen = await chooseReplica(subject, request.target);
    if (chosen === null) {
      const urls = subject.replicas.map(({ store }) => `"${store.url}"`).join(", ");
      shell.say(`Nothing to restore: ${urls} ${subject.replicas.length === 1 ? "holds" : "hold"} no snapshot`);
      return flags.isOn("if-replica-exists") ? 0 : 1;
    }
    if (flags.isOn("dry-run")) printPlan(shell, chosen, { outputPath, format: flags.isOn("json") ? "json" : "text" });
    else await carryOut(shell, chosen, { ...request, outputPath, isJson: flags.isOn("json") });
    return 0;
  },
};

function outputPathOf({ env }: Shell, flags: Flags): string {
  const argument = flags.onlyArgument("the path of a database of the configuration, or one replica URL");
  const outputPath = flags.text("o");
  if (outputPath !== null) return outputPath;
  if (isUrl(argument)) throw new UsageError("Cannot restore a URL without an output path: give it with -o PATH");
  return absolutePath(argument, env);
}

interface RestoreOrder extends RestoreRequest {
  readonly outputPath: string;
  readonly isJson: boolean;
}

async function carryOut(shell: Shell, { name, store, plan }: ChosenReplica, order: RestoreOrder): Promise<void> {
  const { clock, random } = shell;
  const { outputPath, integrityCheck: check, isJson, ...options } = order;
  const startedAt = clock.monotonic();
  const onProgress = progressTo(shell, { replica: store.url, terminal: isJson ? null : shell.terminal });
  const verify = check === "none" ? {} : { verify: (path: string) => checkIntegrity(path, check) };
  const result = await interruptible(
    shell,
    (signal) => restoreDatabase(store, { ...options, ...verify, plan, outputPath, clock, random, signal, onProgress }),
  );
  if (result === null) {
    throw new ReplicateError("object-missing", `Cannot restore as the snapshots of "${store.url}" have vanished`);
  }
  const report = { outputPath, replica: name, result, durationMs: clock.monotonic() - startedAt };
  if (isJson) shell.print(formatJson(report));
  else shell.say(formatText(report));
}

interface RestoreReport {
  readonly outputPath: string;
  readonly replica: string;
  readonly result: RestoreResult;
  readonly durationMs: number;
}

function formatText({ outputPath, result, durationMs }: RestoreReport): string {
  const { position, databaseBytes, objects } = result;
  const seconds = (durationMs / 1_000).toFixed(1);
  const what = `${databaseBytes} bytes from ${objects} objects in ${seconds} s`;
  return `Restored "${outputPath}" to ${formatPosition(position)}: ${what}`;
}

function formatJson({ outputPath, replica, result, durationMs }: RestoreReport): string {
  const { position, databaseBytes, pageBytes, objects } = result;
  const rest = { databaseBytes, pageBytes, objects, durationMs: Math.round(durationMs) };
  return JSON.stringify({ output: outputPath, replica, position: formatPosition(position), ...rest });
}
