/**
 * The results as a table for people and as JSON for programs.
 *
 * @module
 */

import { type Figure, meetsBar } from "./figures.ts";

/** What a row has measured, or why it could not. */
export interface RowResult {
  /** The row's name. */
  readonly row: string;
  /** What it did, in one line. */
  readonly what: string;
  /** What it measured. */
  readonly figures: readonly Figure[];
  /** Why there are no figures; null when there are. */
  readonly error: string | null;
}

/** The machine and the run. */
export interface RunFacts {
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  /** How many processors. */
  readonly processors: number;
  /** Deno's version. */
  readonly deno: string;
  /** How many turns, and how long each, in seconds. */
  readonly rounds: number;
  readonly seconds: number;
}

const HEAD = ["row", "figure", "min", "median", "max", "unit", "bar", "met"];
const RIGHT = new Set(["min", "median", "max"]);

/**
 * Draws the table, in Markdown.
 *
 * @param results The rows.
 * @returns Lines of equal width.
 */
export function formatTable(results: readonly RowResult[]): string {
  const lines = results.flatMap(({ row, figures, error }) => {
    if (error !== null) return [[row, `could not be measured: ${error.split("\n")[0]}`, "", "", "", "", "", "no"]];
    return figures.map((one) => [row, ...formatFigure(one)]);
  });
  const table = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => (line[column] ?? "").length)));
  const draw = (line: readonly string[]) => {
    const cells = line.map((cell, column) =>
      RIGHT.has(HEAD[column] ?? "") ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    );
    return `| ${cells.join(" | ")} |`;
  };
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [draw(HEAD), rule, ...lines.map(draw)].join("\n");
}

/**
 * Writes the results for programs.
 *
 * @param facts The machine and the run.
 * @param results The rows.
 * @returns JSON, with the verdict beside each figure.
 */
export function formatJson(facts: RunFacts, results: readonly RowResult[]): string {
  const rows = results.map((result) => ({
    ...result,
    figures: result.figures.map((one) => ({ ...one, met: meetsBar(one) })),
  }));
  return `${JSON.stringify({ ...facts, rows }, null, 2)}\n`;
}

/**
 * How many bars were missed.
 *
 * @param results The rows.
 * @returns The number of figures below their bar, and of rows that could not be measured.
 */
export function countMissed(results: readonly RowResult[]): number {
  const missed = results.flatMap(({ figures }) => figures).filter((one) => meetsBar(one) === false);
  return missed.length + results.filter(({ error }) => error !== null).length;
}

function formatFigure(one: Figure): string[] {
  const { name, unit, min, median, max, bar } = one;
  const met = meetsBar(one);
  return [
    name,
    ...[min, median, max].map(formatNumber),
    unit,
    bar === null ? "" : `${bar.is} ${formatNumber(bar.value)}`,
    met === null ? "" : met ? "yes" : "no",
  ];
}

/** Three digits that count, and thousands apart. */
function formatNumber(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}
