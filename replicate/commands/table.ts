/**
 * Tables for people, and the same as lines of JSON for programs.
 *
 * @module
 */

/** A cell: what people read, and what programs do. */
export interface Cell {
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly value: string | number | boolean | null | readonly string[];
}

/** A row: cells by the names of their columns, in order. */
export type Row = Readonly<Record<string, Cell>>;

/** A table's form. */
export type TableFormat = "text" | "json";

/**
 * A cell that reads the same for everybody.
 *
 * @param value What is in it; null for nothing.
 * @returns The cell.
 */
export function cell(value: string | number | null): Cell {
  return { text: value === null ? "-" : String(value), value };
}

/**
 * A cell with an instant.
 *
 * @param ms Milliseconds since 1970; null for none.
 * @returns The instant by RFC 3339: with seconds for people, as Litestream prints it, with milliseconds for programs.
 */
export function timeCell(ms: number | null): Cell {
  if (ms === null) return cell(null);
  const iso = new Date(ms).toISOString();
  return { text: iso.replace(/\.\d+Z$/, "Z"), value: iso };
}

/**
 * Writes a table.
 *
 * @param columns The columns' names.
 * @param rows The rows.
 * @param format For whom.
 * @returns Its lines. Columns are as wide as their widest cell and two spaces apart, as Litestream prints them; JSON
 * has a line for each row, and no heading.
 */
export function formatTable(
  columns: readonly string[],
  { rows, format }: { readonly rows: readonly Row[]; readonly format: TableFormat },
): string[] {
  if (format === "json") {
    return rows.map((row) =>
      JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]?.value ?? null])))
    );
  }
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name]?.text ?? ""))];
  const widths = columns.map((_name, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
}
