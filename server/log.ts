/**
 * What the service tells its operator: one line per record on standard error, JSON unless that is a terminal.
 *
 * Never a secret, never a paste's bytes, never its id: whoever knows an id can read the paste.
 *
 * @module
 */

import {
  configureSync,
  getAnsiColorFormatter,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";

/** How much a record matters. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** What a record says beside its message. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** The levels, least important first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error"];

const CATEGORY = "pastestream";
const logger = getLogger(CATEGORY);

/**
 * Starts logging. Before this call records go nowhere; a second call replaces the first.
 *
 * @param level The least important level that is written.
 */
export function configureLog(level: LogLevel): void {
  const formatter = Deno.stderr.isTerminal() ? terminalFormatter() : getJsonLinesFormatter({ properties: "flatten" });
  configureSync({
    reset: true,
    sinks: {
      stderr: getConsoleSink({
        formatter,
        levelMap: { trace: "error", debug: "error", info: "error", warning: "error", error: "error", fatal: "error" },
      }),
    },
    loggers: [
      { category: CATEGORY, lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

/**
 * Writes one record.
 *
 * @param level How much it matters.
 * @param message What happened, a constant text; braces in it stand for fields.
 * @param fields The particulars.
 */
export function logEvent(level: LogLevel, message: string, fields: LogFields = {}): void {
  logger[level](message, { ...fields });
}

/** The coloured line of the library, with the fields after the message. */
function terminalFormatter(): TextFormatter {
  const line = getAnsiColorFormatter({ timestamp: "time", category: () => "" });
  return (record: LogRecord) => {
    const fields = Object.entries(record.properties).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    return `${line(record).trimEnd()}${fields.join("")}`;
  };
}

/** Writes raw text to standard error, for progress that is redrawn; `null` where that is no terminal. */
export function terminalWriter(): ((text: string) => void) | null {
  return Deno.stderr.isTerminal() ? (text) => writeText(Deno.stderr, text) : null;
}

/**
 * Prints what was asked for, such as help, to standard output.
 *
 * @param text What to print.
 */
export function printText(text: string): void {
  writeText(Deno.stdout, text);
}

/**
 * Prints why the program cannot start to standard error, a line for each problem.
 *
 * @param problems What is wrong.
 */
export function printProblems(problems: readonly string[]): void {
  writeText(Deno.stderr, problems.map((problem) => `pastestream: ${problem}\n`).join(""));
}

function writeText(output: typeof Deno.stderr | typeof Deno.stdout, text: string): void {
  output.writeSync(new TextEncoder().encode(text));
}
