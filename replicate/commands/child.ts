/**
 * The command that runs beside the replication.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import type { EndSignal } from "./shell.ts";
import { splitWords } from "./shell_words.ts";

/** A command that runs. */
export interface Child {
  /** Its exit code, once it has ended: 128 and the signal's number when a signal ended it, as shells have it. */
  readonly exitCode: Promise<number>;
  /** Passes a signal on; one that has ended gets none. */
  readonly kill: (signal: EndSignal | "SIGKILL") => void;
}

/**
 * Runs a command. It has our environment, our input and our outputs.
 *
 * @param command The command, as in a shell.
 * @returns The running command.
 * @throws {UsageError} When it cannot be split into words.
 * @throws {ReplicateError} `bad-config` when there is no such program.
 */
export function startChild(command: string): Child {
  const [program, ...args] = splitWords(command);
  const child = spawn(program, args);
  return { exitCode: child.status.then(({ code }) => code), kill: (signal) => passOn(child, signal) };
}

function spawn(program: string, args: readonly string[]): Deno.ChildProcess {
  try {
    const options = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    return new Deno.Command(program, { args: [...args], ...options }).spawn();
  } catch (cause) {
    throw new ReplicateError("bad-config", `Cannot run "${program}"`, { cause });
  }
}

/** A child may end in the instant in which it is signalled. */
function passOn(child: Deno.ChildProcess, signal: EndSignal | "SIGKILL"): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
