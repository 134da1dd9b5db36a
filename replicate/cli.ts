// deno-lint-ignore-file no-console -- printing is what a command line does
/**
 * The command line: `replicate help` says what it can do.
 *
 * @module
 */

import { systemClock } from "./clock.ts";
import { runCommand } from "./commands/run.ts";
import type { EndSignal, Shell } from "./commands/shell.ts";

const END_SIGNALS: readonly EndSignal[] = ["SIGINT", "SIGTERM"];

const shell: Shell = {
  env: Deno.env.toObject(),
  print: (line) => console.log(line),
  say: (line) => console.error(line),
  terminal: Deno.stderr.isTerminal() ? (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)) : null,
  clock: systemClock,
  random: Math.random,
  onSignal: (listener) => {
    const listeners = END_SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
    for (const [signal, listen] of listeners) Deno.addSignalListener(signal, listen);
    return () => {
      for (const [signal, listen] of listeners) Deno.removeSignalListener(signal, listen);
    };
  },
};

if (import.meta.main) Deno.exit(await runCommand(shell, Deno.args));
