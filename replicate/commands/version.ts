/**
 * `replicate version`.
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };
import type { Command } from "./command.ts";

/** Prints the version. */
export const version: Command = {
  name: "version",
  summary: "Prints the version of this program",
  usage: [""],
  description: [],
  flags: [],
  run: (shell, flags) => {
    flags.noArguments();
    shell.print(project.version);
    return Promise.resolve(0);
  },
};
