/**
 * What a command is, and how its help is written.
 *
 * @module
 */

import type { Flags, FlagSpec } from "./flags.ts";
import type { Shell } from "./shell.ts";

/** A command. */
export interface Command {
  /** Its name. */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** Its arguments, one line for each form. */
  readonly usage: readonly string[];
  /** What one has to know, in paragraphs; where it differs from Litestream too. */
  readonly description: readonly string[];
  /** Its flags. */
  readonly flags: readonly FlagSpec[];
  /**
   * Does its work.
   *
   * @param shell The world.
   * @param flags What was given.
   * @returns The exit code.
   */
  readonly run: (shell: Shell, flags: Flags) => Promise<number>;
}

/** Lines of help are broken at this width. */
const WIDTH = 96;

/**
 * Writes a command's help.
 *
 * @param command The command.
 * @returns The text.
 */
export function formatHelp({ name, summary, usage, description, flags }: Command): string {
  const widest = Math.max(0, ...flags.map((flag) => headOf(flag).length));
  const lines = [
    ...usage.map((form, i) => `${i === 0 ? "Usage:" : "      "} replicate ${name}${form === "" ? "" : ` ${form}`}`),
    "",
    ...wrap(`${summary}.`, 0),
    ...description.flatMap((paragraph) => ["", ...wrap(paragraph, 0)]),
    ...flags.length === 0 ? [] : ["", "Flags:"],
    ...flags.flatMap((flag) => {
      const [first = "", ...rest] = wrap(flag.help, widest + 4);
      return [`  ${headOf(flag).padEnd(widest)}  ${first.trimStart()}`, ...rest];
    }),
  ];
  return lines.join("\n");
}

function headOf({ name, value }: FlagSpec): string {
  return value === null ? `-${name}` : `-${name} ${value}`;
}

function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${" ".repeat(indent)}${one}`);
}
