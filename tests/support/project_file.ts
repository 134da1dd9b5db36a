/**
 * The project's files that are no code, for the tests that hold them against the code.
 *
 * @module
 */

import { PROJECT_ROOT } from "./source_tree.ts";

/**
 * Reads a file.
 *
 * @param path The path from the project's root.
 * @returns The whole text.
 */
export function readProjectFile(path: string): string {
  return Deno.readTextFileSync(`${PROJECT_ROOT}/${path}`);
}

/**
 * Whether a file is there.
 *
 * @param path The path from the project's root.
 * @returns True for a file or a folder.
 */
export function projectFileExists(path: string): boolean {
  try {
    Deno.statSync(`${PROJECT_ROOT}/${path}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
