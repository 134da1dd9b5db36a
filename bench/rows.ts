/**
 * All rows, in the order in which they are measured.
 *
 * @module
 */

import { COST_ROWS } from "./cost_rows.ts";
import { GROWTH_ROWS } from "./growth_rows.ts";
import { MEMORY_ROWS } from "./memory_rows.ts";
import { REPLICATION_ROWS } from "./replication_rows.ts";
import { RESTORE_ROWS } from "./restore_rows.ts";
import type { Row } from "./setting.ts";
import { START_ROWS } from "./start_rows.ts";
import { THROUGHPUT_ROWS } from "./throughput_rows.ts";

/** The rows. */
export const ROWS: readonly Row[] = [
  ...THROUGHPUT_ROWS,
  ...REPLICATION_ROWS,
  ...COST_ROWS,
  ...START_ROWS,
  ...RESTORE_ROWS,
  ...MEMORY_ROWS,
  ...GROWTH_ROWS,
];

/**
 * Chooses rows.
 *
 * @param rows All of them.
 * @param names Names, or what names begin with; none for all.
 * @returns Those that are meant, in their order.
 * @throws {Error} When a name means none.
 */
export function chooseRows<T extends { readonly name: string }>(rows: readonly T[], names: readonly string[]): T[] {
  const unknown = names.find((name) => !rows.some((row) => row.name.startsWith(name)));
  if (unknown !== undefined) {
    throw new Error(`Cannot find the row "${unknown}": there are ${rows.map(({ name }) => name).join(", ")}`);
  }
  return rows.filter((row) => names.length === 0 || names.some((name) => row.name.startsWith(name)));
}
