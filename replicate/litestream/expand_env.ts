/**
 * Variables of the environment in a configuration's text, as Litestream has them (Go's `os.ExpandEnv`).
 *
 * @module
 */

import type { Environment } from "../config.ts";

/** `${name}`, `$x` for one digit or special character, or `$name`. */
const VARIABLE = /\$(?:\{([^}]*)\}|([*#$@!?\-0-9])|([A-Za-z_][A-Za-z0-9_]*))/g;

/**
 * Replaces `$NAME` and `${NAME}` by what the environment has, anywhere in a text: before it is read as YAML, so within
 * quotes and comments too.
 *
 * @param text The text.
 * @param env The variables; one that is not set stands for nothing.
 * @returns The text without variables. A `$` that no name follows stays.
 */
export function expandEnv(text: string, env: Environment): string {
  return text.replace(
    VARIABLE,
    (_match, braced?: string, special?: string, name?: string) => env[braced ?? special ?? name ?? ""] ?? "",
  );
}
