/**
 * Whether SQLite finds a database sound.
 *
 * @module
 */

import { connectImmutable } from "./connection.ts";
import { ReplicateError } from "./errors.ts";
import { asReplicateError } from "./sqlite_error.ts";

/** How closely SQLite looks: `quick` leaves out that each index has what its table has. */
export type IntegrityCheck = "quick" | "full";

/** How many of the problems a message tells. */
const PROBLEMS_TOLD = 5;

/**
 * Has SQLite look through a database that nobody uses.
 *
 * @param path The database file.
 * @param check How closely.
 * @throws {ReplicateError} `object-damaged`, with the first of what SQLite found.
 */
export function checkIntegrity(path: string, check: IntegrityCheck): void {
  const problems = findProblems(path, check);
  if (problems.length === 0) return;
  throw new ReplicateError(
    "object-damaged",
    `Cannot trust the database as SQLite finds it damaged: ${problems.slice(0, PROBLEMS_TOLD).join("; ")}`,
  );
}

function findProblems(path: string, check: IntegrityCheck): string[] {
  const connection = connectImmutable(path);
  try {
    const pragma = check === "quick" ? "PRAGMA quick_check" : "PRAGMA integrity_check";
    const rows: readonly unknown[] = connection.prepare(pragma).raw().all();
    return rows.map(String).filter((text) => text !== "ok");
  } catch (error) {
    if (isDamage(error)) return [error.message]; // so bad that SQLite cannot even list it
    throw asReplicateError(error);
  } finally {
    connection.close();
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code));
}
