// deno-lint-ignore-file no-console -- printing is what a command line does
/**
 * The command line: `replicate restore -o PATH URL`.
 *
 * @module
 */

import { systemClock } from "./clock.ts";
import { type Environment, resolveReplica } from "./config.ts";
import { EventPrinter } from "./event_printer.ts";
import { openStore } from "./open_store.ts";
import { pathExists } from "./path_exists.ts";
import { formatPosition } from "./position.ts";
import { restore } from "./restore.ts";
import { parseReplicaUrl } from "./store_url.ts";

const USAGE = `Usage: replicate restore -o PATH URL

Restores a database from a replica of this program, or of Litestream v0.3.

  -o PATH                  where to write the database; there must be no file
  -if-db-not-exists        succeed without doing anything when there is a file
  -if-replica-exists       succeed without doing anything when the replica is empty
  -parallelism N           objects to fetch at a time (8)

  URL                      s3://bucket/path or file:///path

Credentials, region and endpoint come from LITESTREAM_ACCESS_KEY_ID, LITESTREAM_SECRET_ACCESS_KEY, LITESTREAM_REGION and
LITESTREAM_S3_ENDPOINT, or their AWS_* twins.
`;

/** What the arguments ask for. */
interface RestoreArguments {
  readonly outputPath: string;
  readonly url: string;
  readonly ifDbNotExists: boolean;
  readonly ifReplicaExists: boolean;
  readonly parallelism: number;
}

/** The arguments make no sense; the message says what they lack. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Runs a command.
 *
 * @param args The arguments, the command first.
 * @param env The environment's variables.
 * @returns The exit code: 0 for success, 1 for any error, as Litestream has it.
 */
export async function main(args: readonly string[], env: Environment): Promise<number> {
  try {
    const [command, ...rest] = args;
    if (command === undefined || ["help", "-h", "-help", "--help"].includes(command) || rest.includes("-h")) {
      console.log(USAGE);
      return command === undefined ? 1 : 0;
    }
    if (command !== "restore") throw new UsageError(`Unknown command "${command}": there is "restore"`);
    return await runRestore(parseRestoreArguments(rest), env);
  } catch (error) {
    console.error(`replicate: ${error instanceof Error ? error.message : error}`);
    if (error instanceof UsageError) console.error(`See "replicate help".`);
    return 1;
  }
}

async function runRestore(options: RestoreArguments, env: Environment): Promise<number> {
  const { outputPath, url, parallelism } = options;
  if (options.ifDbNotExists && await pathExists(outputPath)) {
    console.error(`There is "${outputPath}" already: nothing was restored`);
    return 0;
  }
  const printer = new EventPrinter({
    record: (_level, message, fields) => console.error(JSON.stringify({ message, ...fields })),
    terminal: Deno.stderr.isTerminal() ? (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)) : null,
  });
  const clock = systemClock;
  const random = Math.random;
  const store = openStore(resolveReplica(parseReplicaUrl(url), env), { clock, random });
  const startedAt = clock.monotonic();
  const result = await restore(store, {
    outputPath,
    parallelism,
    clock,
    random,
    onProgress: (doneBytes, totalBytes) =>
      printer.print({ type: "progress", task: "restore", replica: store.url, doneBytes, totalBytes }),
  });
  if (result === null) {
    console.error(`Nothing to restore: "${store.url}" holds no snapshot`);
    return options.ifReplicaExists ? 0 : 1;
  }
  const seconds = ((clock.monotonic() - startedAt) / 1_000).toFixed(1);
  const { position, databaseBytes, objects } = result;
  console.error(
    `Restored "${outputPath}" to ${
      formatPosition(position)
    }: ${databaseBytes} bytes from ${objects} objects in ${seconds} s`,
  );
  return 0;
}

function parseRestoreArguments(args: readonly string[]): RestoreArguments {
  const values = new Map<string, string>();
  const positional: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--?([a-z][a-z-]*|o)(?:=(.*))?$/.exec(args[i] ?? "") ?? [];
    if (name === undefined) positional.push(args[i] ?? "");
    else if (["if-db-not-exists", "if-replica-exists"].includes(name)) values.set(name, inline ?? "true");
    else if (["o", "parallelism"].includes(name)) values.set(name, inline ?? args[++i] ?? "");
    else throw new UsageError(`Unknown flag "-${name}"`);
  }
  const outputPath = values.get("o");
  const [url] = positional;
  if (!outputPath) throw new UsageError("Cannot restore without an output path: give it with -o PATH");
  if (url === undefined || positional.length > 1) throw new UsageError("Cannot restore without one replica URL");
  const parallelism = Number(values.get("parallelism") ?? 8);
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    throw new UsageError(
      `Cannot read -parallelism as it must be a whole number from 1: current value is "${values.get("parallelism")}"`,
    );
  }
  return {
    outputPath,
    url,
    parallelism,
    ifDbNotExists: values.get("if-db-not-exists") === "true",
    ifReplicaExists: values.get("if-replica-exists") === "true",
  };
}

if (import.meta.main) Deno.exit(await main(Deno.args, Deno.env.toObject()));
