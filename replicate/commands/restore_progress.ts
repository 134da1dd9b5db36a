/**
 * The progress of a restore, for whoever waits for it.
 *
 * @module
 */

import { EventPrinter } from "../event_printer.ts";
import type { Shell } from "./shell.ts";

/**
 * Has progress drawn on the terminal, or written as lines of JSON where there is none.
 *
 * @param shell Where to.
 * @param options The replica's URL, and the terminal that is to be used, if any.
 * @returns Told how many bytes are done, of how many.
 */
export function progressTo(
  { say }: Pick<Shell, "say">,
  { replica, terminal }: { readonly replica: string; readonly terminal: Shell["terminal"] },
): (doneBytes: number, totalBytes: number) => void {
  const printer = new EventPrinter({
    record: (_level, message, fields) => say(JSON.stringify({ message, ...fields })),
    terminal,
  });
  return (doneBytes, totalBytes) =>
    printer.print({ type: "progress", task: "restore", replica, doneBytes, totalBytes });
}
