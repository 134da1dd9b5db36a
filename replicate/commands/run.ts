/**
 * Choosing the command, and what to say when it fails.
 *
 * @module
 */

import { reportError } from "../errors.ts";
import { type Command, formatHelp } from "./command.ts";
import { databases } from "./databases.ts";
import { parseFlags, UsageError } from "./flags.ts";
import { generations } from "./generations.ts";
import { replicate } from "./replicate.ts";
import { reset } from "./reset.ts";
import { restore } from "./restore.ts";
import type { Shell } from "./shell.ts";
import { snapshots } from "./snapshots.ts";
import { status } from "./status.ts";
import { validate } from "./validate.ts";
import { version } from "./version.ts";
import { wal } from "./wal.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  replicate,
  restore,
  databases,
  generations,
  snapshots,
  wal,
  status,
  validate,
  reset,
  version,
];

const HELP_FLAGS: readonly string[] = ["-h", "-help", "--help"];

/**
 * Runs a command.
 *
 * @param shell The world.
 * @param args The arguments, the command first.
 * @returns The exit code: 0 for success and for help that was asked for, 1 for any error; that of the command that
 * `replicate -exec` ran.
 */
export async function runCommand(shell: Shell, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined) {
      shell.print(usage());
      return 1;
    }
    if (name === "help" || HELP_FLAGS.includes(name)) {
      shell.print(rest[0] === undefined ? usage() : formatHelp(findCommand(rest[0])));
      return 0;
    }
    const command = findCommand(name);
    if (asksForHelp(rest)) {
      shell.print(formatHelp(command));
      return 0;
    }
    return await command.run(shell, parseFlags(command.flags, rest));
  } catch (error) {
    shell.say(`replicate: ${reportError(error).message}`);
    const isKnown = COMMANDS.some((command) => command.name === name);
    if (error instanceof UsageError) shell.say(`See "replicate help${isKnown ? ` ${name}` : ""}".`);
    return 1;
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).some((arg) => HELP_FLAGS.includes(arg));
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  throw new UsageError(`Unknown command "${name}": there is ${COMMANDS.map((each) => `"${each.name}"`).join(", ")}`);
}

function usage(): string {
  const widest = Math.max(...COMMANDS.map((command) => command.name.length));
  return [
    "Replicates SQLite databases to a bucket or a folder, in the format of Litestream v0.3, and restores them.",
    "",
    "Usage: replicate COMMAND [flags] [arguments]",
    "",
    "Commands:",
    ...COMMANDS.map((command) => `  ${command.name.padEnd(widest)}  ${command.summary}`),
    "",
    `"replicate help COMMAND" has the flags. The configuration is /etc/litestream.yml, or what LITESTREAM_CONFIG names.`,
    "Credentials, region and endpoint come from the configuration, or from LITESTREAM_ACCESS_KEY_ID,",
    "LITESTREAM_SECRET_ACCESS_KEY, LITESTREAM_REGION and LITESTREAM_S3_ENDPOINT, or their AWS_* twins.",
  ].join("\n");
}
