/**
 * What the file system's failures mean for an object store.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";

/** What to check, by the system's error name: no later try helps. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: "check the permissions of the folder and of its files",
  // Of a folder that was to be made; where a file is to be linked, it is an answer.
  EEXIST: "a file is where a folder must be",
  EISDIR: "a folder is where a file must be",
  ENAMETOOLONG: "the path is too long for this file system",
  ENOSYS: "this file system has no hard links, which replicas need",
  ENOTDIR: "a file is where a folder must be",
  ENOTSUP: "this file system has no hard links, which replicas need",
  EPERM: "check the permissions of the folder, and that its file system has hard links",
  EROFS: "this file system can only be read",
  EXDEV: "the folder must be on one file system",
};

/**
 * Whether a failure means that there is no such file.
 *
 * @param error What was caught.
 * @returns Whether the file, or a folder on the way to it, is missing.
 */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/**
 * Turns a failure of the file system into the store's error.
 *
 * @param what What was tried, to follow "Cannot".
 * @param error What was caught; an error that is the store's already is left as it is.
 * @returns `store-refused` when no later try helps, else `store-unavailable`: a full disk may be given room.
 */
export function fileError(what: string, error: unknown): unknown {
  const code = systemCode(error);
  // Not of the file system: a bug, an abort, or a failing source of bytes.
  if (code === null) return error;
  const advice = ADVICE[code];
  if (advice !== undefined) {
    return new ReplicateError("store-refused", `Cannot ${what}; ${advice}`, { cause: error });
  }
  const reason = code === "ENOSPC" || code === "EDQUOT" ? "as the disk is full" : "as the file system fails";
  return new ReplicateError("store-unavailable", `Cannot ${what} ${reason}`, { retryable: true, cause: error });
}

/** The error's name in the operating system; `null` when the error is not the system's. */
function systemCode(error: unknown): string | null {
  if (error instanceof Deno.errors.NotCapable) return "EACCES";
  if (!(error instanceof Error) || error instanceof ReplicateError || !("code" in error)) return null;
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}
