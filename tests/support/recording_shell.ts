/**
 * The command line within the test's own process: what it prints is kept, and nothing is inherited.
 *
 * @module
 */

import { type Clock, systemClock } from "../../replicate/clock.ts";
import { runCommand } from "../../replicate/commands/run.ts";
import type { EndSignal, Shell } from "../../replicate/commands/shell.ts";
import type { Environment } from "../../replicate/config.ts";

/** What a command has printed, and its exit code. */
export interface CommandRun {
  /** The exit code. */
  readonly code: number;
  /** The lines on standard output. */
  readonly out: readonly string[];
  /** What it said on standard error. */
  readonly err: string;
}

/** A shell that remembers. */
export interface RecordingShell extends Shell {
  /** The lines on standard output so far. */
  readonly out: string[];
  /** The lines on standard error so far. */
  readonly err: string[];
  /** What was drawn on the terminal so far. */
  readonly drawn: string[];
  /** Sends a signal to whoever listens. */
  readonly signal: (signal: EndSignal) => void;
  /** How many listen. */
  readonly listenerCount: () => number;
}

/**
 * Makes a shell.
 *
 * @param options Its variables, its clock, and whether it has a terminal.
 * @returns The shell.
 */
export function recordingShell(
  { env = {}, clock = systemClock, terminal = "none" }: {
    readonly env?: Environment;
    readonly clock?: Clock;
    readonly terminal?: "none" | "some";
  } = {},
): RecordingShell {
  const [out, err, drawn]: [string[], string[], string[]] = [[], [], []];
  const listeners = new Set<(signal: EndSignal) => void>();
  return {
    env: { LITESTREAM_CONFIG: "/nonexistent/litestream.yml", ...env },
    print: (line) => void out.push(...line.split("\n")),
    say: (line) => void err.push(line),
    terminal: terminal === "none" ? null : (text) => void drawn.push(text),
    clock,
    random: () => 0.5,
    onSignal: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    out,
    err,
    drawn,
    signal: (signal) => listeners.forEach((listener) => listener(signal)),
    listenerCount: () => listeners.size,
  };
}

/**
 * Runs a command to its end.
 *
 * @param args The arguments, the command first.
 * @param env Its variables.
 * @returns What it has left.
 */
export async function runHere(args: readonly string[], env: Environment = {}): Promise<CommandRun> {
  const shell = recordingShell({ env });
  const code = await runCommand(shell, args);
  return { code, out: shell.out, err: shell.err.join("\n") };
}
