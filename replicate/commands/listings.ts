/**
 * Asking every replica for what it holds, whatever becomes of one of them.
 *
 * @module
 */

import { reportError } from "../errors.ts";
import type { GenerationListing } from "../listing.ts";
import { listReplica } from "../replica.ts";
import type { Flags } from "./flags.ts";
import type { Shell } from "./shell.ts";
import { findSubject, type OpenReplica, type Subject } from "./sources.ts";
import { formatTable, type Row } from "./table.ts";

/** A replica and what it holds. */
export interface ListedReplica extends OpenReplica {
  /** Its generations, the newest last. */
  readonly listing: readonly GenerationListing[];
}

/** What makes rows of a replica. */
export type RowMaker = (replica: ListedReplica, subject: Subject) => Promise<readonly Row[]> | readonly Row[];

/**
 * Prints a table with rows of every replica that is meant.
 *
 * @param shell The world.
 * @param flags What was given.
 * @param table Its columns, and what makes its rows.
 * @returns The exit code: 1 when a replica could not be listed; the table has the others then.
 */
export async function printReplicas(
  shell: Shell,
  flags: Flags,
  { columns, rowsOf }: { readonly columns: readonly string[]; readonly rowsOf: RowMaker },
): Promise<number> {
  const subject = await findSubject(shell, flags);
  const rows: Row[] = [];
  let exitCode = 0;
  for (const replica of subject.replicas) {
    try {
      rows.push(...await rowsOf({ ...replica, listing: await listReplica(replica.store) }, subject));
    } catch (error) {
      shell.say(`replicate: ${reportError(error).message}`);
      exitCode = 1;
    }
  }
  for (const line of formatTable(columns, { rows, format: flags.isOn("json") ? "json" : "text" })) shell.print(line);
  return exitCode;
}
