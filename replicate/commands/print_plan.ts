/**
 * What a restore would do.
 *
 * @module
 */

import type { ChosenReplica } from "./choose_replica.ts";
import type { Shell } from "./shell.ts";
import { cell, formatTable, type TableFormat, timeCell } from "./table.ts";

/**
 * Prints a plan.
 *
 * @param shell Where to.
 * @param chosen The replica and the plan.
 * @param options Where the database would be, and for whom it is printed.
 */
export function printPlan(
  { print }: Pick<Shell, "print">,
  { name, store, plan, writtenAtMs }: ChosenReplica,
  { outputPath, format }: { readonly outputPath: string; readonly format: TableFormat },
): void {
  const row = {
    output: cell(outputPath),
    replica: cell(name),
    url: cell(store.url),
    generation: cell(plan.generation),
    snapshot: cell(plan.snapshot.key),
    segments: cell(plan.segments.length),
    lastSegment: cell(plan.segments.at(-1)?.key ?? null),
    bytes: cell(plan.totalBytes),
    writtenAt: timeCell(writtenAtMs),
  };
  const names = Object.keys(row);
  const lines = format === "json"
    ? formatTable(names, { rows: [row], format })
    : Object.entries(row).map(([key, { text }]) => `${key.padEnd(11)}  ${text}`);
  for (const line of lines) print(line);
}
