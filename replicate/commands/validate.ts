/**
 * `replicate validate`: proves that a replica can be restored.
 *
 * @module
 */

import { reportError } from "../errors.ts";
import { checkIntegrity } from "../integrity.ts";
import type { DatabaseSource } from "../litestream/model.ts";
import { formatPosition, type Position } from "../position.ts";
import { restore } from "../restore.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG, PARALLELISM_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import type { Flags } from "./flags.ts";
import { interruptible } from "./interruption.ts";
import { parseParallelism } from "./restore_request.ts";
import { progressTo } from "./restore_progress.ts";
import type { Shell } from "./shell.ts";
import { findSubject, type OpenReplica } from "./sources.ts";
import { cell, formatTable, type Row } from "./table.ts";

/** A replica that was restored to be looked at. */
interface RestoredReplica {
  /** The path of the restored database; it is removed afterwards. */
  readonly path: string;
  /** Where the replica's history ended. */
  readonly position: Position;
  /** The live database, or null for a replica that was named by its URL. */
  readonly database: DatabaseSource | null;
}

/** Looks at a restored database, and throws when the replica must not be trusted. */
type Check = (restored: RestoredReplica) => Promise<void> | void;

/** What a restored database has to pass, in this order. */
const CHECKS: readonly Check[] = [({ path }) => checkIntegrity(path, "full")];

const COLUMNS = ["replica", "result", "position", "bytes", "objects"];

/** Restores replicas to temporary files and has SQLite check them. */
export const validate: Command = {
  name: "validate",
  summary: "Restores a database's replicas, or one replica, to a temporary file and has SQLite check its integrity",
  usage: ["[flags] DB", "[flags] URL"],
  description: [
    "Every checksum in the replica is verified on the way, and then PRAGMA integrity_check has to find nothing. The " +
    "exit code is 1 when any replica fails, or is empty.",
    "The file goes into TMPDIR and is removed. The live database is neither opened nor locked.",
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
          rows.push({ replica: cell(replica.name), result: cell("failed") });
        }
      }
    });
    const format = flags.isOn("json") ? "json" : "text";
    for (const line of formatTable(COLUMNS, { rows: rows.map(complete), format })) shell.print(line);
    return rows.every((row) => row["result"]?.value === "ok") ? 0 : 1;
  },
};

interface ValidateOptions {
  readonly database: DatabaseSource | null;
  readonly parallelism: number;
  readonly flags: Flags;
  readonly signal: AbortSignal;
}

async function validateReplica(
  shell: Shell,
  { name, store }: OpenReplica,
  { database, parallelism, flags, signal }: ValidateOptions,
): Promise<Row> {
  const { clock, random } = shell;
  const folder = await Deno.makeTempDir({ prefix: "replicate-validate-" });
  try {
    const path = `${folder}/restored.db`;
    const terminal = flags.isOn("json") ? null : shell.terminal;
    const onProgress = progressTo(shell, { replica: store.url, terminal });
    const result = await restore(store, { outputPath: path, parallelism, clock, random, signal, onProgress });
    if (result === null) return { replica: cell(name), result: cell("empty") };
    for (const check of CHECKS) await check({ path, position: result.position, database });
    return {
      replica: cell(name),
      result: cell("ok"),
      position: cell(formatPosition(result.position)),
      bytes: cell(result.databaseBytes),
      objects: cell(result.objects),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function complete(row: Row): Row {
  return Object.fromEntries(COLUMNS.map((name) => [name, row[name] ?? cell(null)]));
}
