/**
 * `replicate validate`: proves that a replica can be restored, and that it holds what the database holds.
 *
 * @module
 */

import { ReplicateError, type ReplicateErrorCode, reportError } from "../errors.ts";
import { checkIntegrity } from "../integrity.ts";
import type { DatabaseSource } from "../litestream/model.ts";
import { pathExists } from "../path_exists.ts";
import { formatPosition } from "../position.ts";
import { restore } from "../restore.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG, PARALLELISM_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import { compareLive } from "./compare_live.ts";
import type { Flags } from "./flags.ts";
import { interruptible } from "./interruption.ts";
import { parseParallelism } from "./restore_request.ts";
import { progressTo } from "./restore_progress.ts";
import type { Shell } from "./shell.ts";
import { findSubject, type OpenReplica } from "./sources.ts";
import { cell, formatTable, type Row } from "./table.ts";

const COLUMNS = ["replica", "result", "database", "position", "bytes", "objects"];

/** The exit code when nothing is known to be wrong, and not everything was found out. */
const NOT_VALIDATED = 2;

/** What says something about a replica; any other failure says that nothing was found out. */
const FAULTS: readonly ReplicateErrorCode[] = ["object-damaged", "object-missing", "replica-differs"];

/** Restores replicas to temporary files, has SQLite check them, and compares them with the database. */
export const validate: Command = {
  name: "validate",
  summary: "Restores a database's replicas, or one replica, checks the result, and compares it with the database",
  usage: ["[flags] DB", "[flags] URL"],
  description: [
    "Every checksum in the replica is verified on the way, and then PRAGMA integrity_check has to find nothing. A DB that is " +
    "there is compared with the replica page for page, at one position, while others write; for that the replica has 30 " +
    "seconds, or twice its sync-interval, to come as far as the database was. Nothing is written to either.",
    "The result is ok; failed or empty, with exit code 1; or not-validated, with exit code 2 unless another one failed: " +
    "nothing was found out, because the store did not answer, the replica is behind, or the database is busy.",
    "The file goes into TMPDIR and is removed.",
  ],
  flags: [...CONFIG_FLAGS, REPLICA_FLAG, PARALLELISM_FLAG, JSON_FLAG],
  run: async (shell, flags) => {
    const parallelism = parseParallelism(flags);
    const subject = await findSubject(shell, flags);
    const rows: Row[] = [];
    await interruptible(shell, async (signal) => {
      for (const replica of subject.replicas) {
        try {
          const options = { database: subject.database, parallelism, flags, signal };
          rows.push(await validateReplica(shell, replica, options));
        } catch (error) {
          signal.throwIfAborted();
          shell.say(`replicate: ${reportError(error).message}`);
          const isFault = error instanceof ReplicateError && FAULTS.includes(error.code);
          rows.push({ replica: cell(replica.name), result: cell(isFault ? "failed" : "not-validated") });
        }
      }
    });
    const format = flags.isOn("json") ? "json" : "text";
    for (const line of formatTable(COLUMNS, { rows: rows.map(complete), format })) shell.print(line);
    return exitCodeOf(rows);
  },
};

function exitCodeOf(rows: readonly Row[]): number {
  const results = rows.map((row) => row["result"]?.value);
  if (results.every((result) => result === "ok")) return 0;
  return results.some((result) => result === "failed" || result === "empty") ? 1 : NOT_VALIDATED;
}

interface ValidateOptions {
  readonly database: DatabaseSource | null;
  readonly parallelism: number;
  readonly flags: Flags;
  readonly signal: AbortSignal;
}

async function validateReplica(
  shell: Shell,
  { name, store }: OpenReplica,
  options: ValidateOptions,
): Promise<Row> {
  const { parallelism, flags, signal } = options;
  const { clock, random } = shell;
  const folder = await Deno.makeTempDir({ prefix: "replicate-validate-" });
  try {
    const path = `${folder}/restored.db`;
    const terminal = flags.isOn("json") ? null : shell.terminal;
    const onProgress = progressTo(shell, { replica: store.url, terminal });
    const result = await restore(store, { outputPath: path, parallelism, clock, random, signal, onProgress });
    if (result === null) return { replica: cell(name), result: cell("empty") };
    checkIntegrity(path, "full");
    await Deno.remove(path);
    const live = await compare(shell, { name, store }, { ...options, folder });
    return {
      replica: cell(name),
      result: cell(live === "unknown" ? "not-validated" : "ok"),
      database: cell(live),
      position: cell(formatPosition(result.position)),
      bytes: cell(result.databaseBytes),
      objects: cell(result.objects),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the database on this disk is to the replica; null when there is none to compare it with. */
async function compare(
  shell: Shell,
  { name, store }: OpenReplica,
  { database, folder, signal }: ValidateOptions & { readonly folder: string },
): Promise<"equal" | "unknown" | null> {
  if (database === null || !await pathExists(database.path)) return null;
  const syncIntervalMs = database.replicas.find((replica) => replica.name === name)?.pace.syncIntervalMs ?? 0;
  const { clock, random } = shell;
  const options = { databasePath: database.path, folder, syncIntervalMs, clock, random, signal };
  const comparison = await compareLive(store, options);
  switch (comparison.type) {
    case "equal":
      return "equal";
    case "different":
      throw comparison.fault;
    case "unknown":
      shell.say(`replicate: Not validated against "${database.path}": ${comparison.why}`);
      return "unknown";
    default:
      return comparison satisfies never;
  }
}

function complete(row: Row): Row {
  return Object.fromEntries(COLUMNS.map((name) => [name, row[name] ?? cell(null)]));
}
