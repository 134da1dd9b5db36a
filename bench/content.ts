/**
 * What is uploaded: files of bytes, slices of which become pastes.
 *
 * @module
 */

import { seededRandom } from "../tests/support/random.ts";

/** A kind of content: text as in a log, which compresses well, or noise, which does not. */
export type Content = "log" | "noise";

/** Larger than any cache of a compressor: slices of it are not alike. */
const POOL_BYTES = 16 * 1024 * 1024;

/** What everything follows from: each run uploads the same. */
const SEED = 20260101;

const LEVELS = ["INFO", "INFO", "INFO", "WARN", "ERROR", "DEBUG"];
const PARTS = ["http", "db", "auth", "cache", "queue", "scheduler"];
const MESSAGES = [
  "request finished status=200 method=GET path=/api/v1/items duration=",
  "connection to upstream reset, trying again in ",
  "cache miss for key session:",
  "job finished rows=",
  "token refreshed for user=",
  "slow query, 1 table scanned, elapsed=",
];

/**
 * Makes a log.
 *
 * @param lines How many lines.
 * @returns The text; each line ends with a line feed.
 */
export function logLines(lines: number): string {
  const random = seededRandom(SEED);
  const written: string[] = [];
  for (let line = 0; line < lines; line++) {
    const time = new Date(Date.UTC(2026, 0, 1) + line * 37).toISOString();
    const part = random.pick(PARTS);
    const id = random.integer(0, 0xffff_ffff).toString(16).padStart(8, "0");
    written.push(
      `${time} ${random.pick(LEVELS)} [${part}] ${random.pick(MESSAGES)}${random.integer(1, 99999)} id=${id}`,
    );
  }
  return `${written.join("\n")}\n`;
}

/**
 * Writes a file whose slices are pastes.
 *
 * @param content What kind.
 * @param folder Where to.
 * @returns The file's path.
 */
export async function writePool(content: Content, folder: string): Promise<string> {
  const path = `${folder}/${content}`;
  if (content === "log") await Deno.writeTextFile(path, logLines(Math.ceil(POOL_BYTES / 90)));
  else await Deno.writeFile(path, noise(POOL_BYTES));
  return path;
}

/**
 * Makes bytes that do not compress.
 *
 * @param bytes How many.
 * @returns The bytes.
 */
export function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  // The most that the system gives at a time.
  for (let offset = 0; offset < bytes; offset += 65536) crypto.getRandomValues(all.subarray(offset, offset + 65536));
  return all;
}
