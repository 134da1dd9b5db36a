/**
 * What a restore is asked to do, from its flags.
 *
 * @module
 */

import { parseGeneration } from "../generation.ts";
import type { IntegrityCheck } from "../integrity.ts";
import { INDEX_MAX } from "../position.ts";
import type { RestoreTarget } from "../restore_plan.ts";
import { type Flags, UsageError } from "./flags.ts";

/** What a restore is asked to do. */
export interface RestoreRequest {
  /** What to restore. */
  readonly target: RestoreTarget;
  /** How many objects are fetched at a time. */
  readonly parallelism: number;
  /** How closely SQLite looks at the result. */
  readonly integrityCheck: IntegrityCheck | "none";
}

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * Reads the flags that say what to restore, and how.
 *
 * @param flags What was given.
 * @returns The request.
 * @throws {UsageError} Naming the flag that cannot be read, or the two that do not go together.
 */
export function parseRestoreRequest(flags: Flags): RestoreRequest {
  const target = {
    generation: parse(flags, "generation", { wish: "16 hexadecimal digits", read: parseGeneration }),
    index: parse(flags, "index", { wish: "up to 8 hexadecimal digits, as in objects' names", read: parseIndex }),
    timestampMs: parse(flags, "timestamp", { wish: `a time such as "2026-01-02T15:04:05Z"`, read: parseTimestamp }),
  };
  if (target.index !== null && target.generation === null) {
    throw new UsageError("Cannot use -index without -generation: an index belongs to a generation");
  }
  if (target.index !== null && target.timestampMs !== null) {
    throw new UsageError("Cannot use -index and -timestamp together: give one of them");
  }
  const wish = `"none", "quick" or "full"`;
  const integrityCheck = parse(flags, "integrity-check", { wish, read: parseCheck }) ?? "none";
  return { target, parallelism: parseParallelism(flags), integrityCheck };
}

/**
 * Reads how many objects are fetched at a time.
 *
 * @param flags What was given.
 * @returns The number; 8 when nothing was said.
 * @throws {UsageError} When it is none.
 */
export function parseParallelism(flags: Flags): number {
  return parse(flags, "parallelism", { wish: "a whole number from 1", read: parseCount }) ?? 8;
}

function parse<T>(
  flags: Flags,
  name: string,
  { wish, read }: { readonly wish: string; readonly read: (text: string) => T | null },
): T | null {
  const text = flags.text(name);
  if (text === null) return null;
  const value = read(text);
  if (value !== null) return value;
  throw new UsageError(`Cannot read -${name} as it must be ${wish}: current value is "${text}"`);
}

function parseIndex(text: string): number | null {
  const index = /^[0-9a-f]{1,8}$/i.test(text) ? parseInt(text, 16) : NaN;
  return index <= INDEX_MAX ? index : null;
}

function parseTimestamp(text: string): number | null {
  const ms = RFC3339.test(text) ? Date.parse(text.replace(" ", "T").toUpperCase()) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

function parseCount(text: string): number | null {
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : null;
}

function parseCheck(text: string): RestoreRequest["integrityCheck"] | null {
  return text === "none" || text === "quick" || text === "full" ? text : null;
}
