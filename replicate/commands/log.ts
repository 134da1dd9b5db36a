/**
 * The log of a replication, in the forms that Litestream v0.3.13 has (Go's `slog`).
 *
 * @module
 */

import type { EventDescription, EventLevel } from "../describe_event.ts";
import type { LogLevel, LogOptions } from "../litestream/model.ts";
import type { Shell } from "./shell.ts";

/** What a record says beside its message. */
export type LogFields = EventDescription["fields"];

/** Writes a record. */
export type Log = (level: EventLevel, message: string, fields?: LogFields) => void;

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Go's names of the levels. */
const LEVEL_OF: Readonly<Record<EventLevel, LogLevel>> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
};

/**
 * Makes a log.
 *
 * @param shell Where its lines go, and what time it is.
 * @param options What is written, and how.
 * @returns The log.
 */
export function createLog({ print, say, clock }: Shell, { level: least, type, stream }: LogOptions): Log {
  const write = stream === "stdout" ? print : say;
  return (eventLevel, message, fields = {}) => {
    const level = LEVEL_OF[eventLevel];
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const record = { time: new Date(clock.now()).toISOString(), level: level.toUpperCase(), msg: message, ...fields };
    write(type === "json" ? JSON.stringify(record) : formatText(record));
  };
}

function formatText(record: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(record).map(([name, value]) => `${name}=${quoteIfNeeded(String(value ?? ""))}`).join(" ");
}

/** As `slog` has it: a text is quoted when it is empty, or could be read in another way. */
function quoteIfNeeded(text: string): string {
  return /^[^\s"=\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}
