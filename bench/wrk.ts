/**
 * Load from a process of its own: Debian's `wrk`.
 *
 * @module
 */

import { z } from "zod";

/** What to send, and how. */
export interface Load {
  /** Where to; without a final slash. */
  readonly url: string;
  /** What `load.lua` is told. */
  readonly script: Readonly<Record<string, string>>;
  /** How many connections. */
  readonly connections: number;
  /** How long, in seconds. */
  readonly seconds: number;
}

/** What came of it. */
export interface LoadResult {
  /** Answers per second. */
  readonly perSecond: number;
  /** How many answers. */
  readonly requests: number;
  /** Half of all answers took at most this, in milliseconds. */
  readonly p50Ms: number;
  /** All answers but one in a hundred took at most this, in milliseconds. */
  readonly p99Ms: number;
}

const resultSchema = z.strictObject({
  requests: z.number(),
  microseconds: z.number(),
  bytes: z.number(),
  refused: z.number(),
  failed: z.number(),
  p50: z.number(),
  p99: z.number(),
});

/**
 * Sends requests as fast as they are answered.
 *
 * @param load What to send.
 * @returns The rates and times.
 * @throws {Error} When a request was refused or failed: figures of errors mean nothing.
 */
export async function runLoad({ url, script, connections, seconds }: Load): Promise<LoadResult> {
  const options = Object.entries(script).map(([name, value]) => `${name}=${value}`);
  const lua = decodeURIComponent(new URL("load.lua", import.meta.url).pathname);
  const { success, stdout, stderr } = await new Deno.Command("wrk", {
    args: ["-t2", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", lua, url, "--", ...options],
    stdout: "piped",
    stderr: "piped",
  }).output().catch((cause: unknown) => {
    throw new Error("Cannot load anything as wrk does not start: apt-get install wrk", { cause });
  });
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot load ${url}: ${decoder.decode(stderr)}`);
  return parseResult(decoder.decode(stdout));
}

/**
 * Reads the line that `load.lua` prints in the end.
 *
 * @param output All that wrk printed.
 * @returns The rates and times.
 * @throws {Error} When there is no such line, or when a request was refused or failed.
 */
export function parseResult(output: string): LoadResult {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) throw new Error(`Cannot read wrk's result: "${output.slice(-200)}"`);
  const { requests, microseconds, refused, failed, p50, p99 } = resultSchema.parse(JSON.parse(line));
  if (refused > 0 || failed > 0 || requests === 0) {
    throw new Error(`Cannot use wrk's result: of ${requests} requests ${refused} were refused, and ${failed} failed`);
  }
  return { perSecond: requests / (microseconds / 1e6), requests, p50Ms: p50 / 1000, p99Ms: p99 / 1000 };
}
