/**
 * Paths as people write them.
 *
 * @module
 */

import { join, resolve } from "@std/path";
import type { Environment } from "../config.ts";

/**
 * Makes a path absolute.
 *
 * @param path The path; `~` at its beginning stands for the user's folder.
 * @param env Has that folder as `HOME`.
 * @returns The absolute path.
 */
export function absolutePath(path: string, env: Environment): string {
  const [, rest] = /^~(?:\/(.*))?$/s.exec(path) ?? [];
  const home = env["HOME"];
  const isAtHome = path === "~" || rest !== undefined;
  const absolute: string = isAtHome && home ? resolve(join(home, rest ?? "")) : resolve(path);
  return absolute;
}
