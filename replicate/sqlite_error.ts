/**
 * SQLite's errors in the engine's terms.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";

/** Whether SQLite refused because another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

/** The error for a lock that was not to be had. */
export function busyError(cause?: unknown): ReplicateError {
  return new ReplicateError("database-busy", "Another connection holds the database's lock", {
    retryable: true,
    cause,
  });
}

/** Turns what SQLite threw into an error of the engine; one of the engine stays as it is. */
export function asReplicateError(error: unknown): ReplicateError {
  if (error instanceof ReplicateError) return error;
  if (isBusy(error)) return busyError(error);
  return new ReplicateError("internal", "SQLite refused a statement of the engine", { cause: error });
}
