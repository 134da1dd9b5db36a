/**
 * Reading variables of the environment, with all problems told at once.
 *
 * @module
 */

import { parseDuration } from "./duration.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Reads a variable that is one of a few words.
 *
 * @param env The variables; an empty one counts as not set.
 * @param name Which.
 * @param choices The words; the first holds without the variable.
 * @param problems Gets a sentence when it is none of them.
 * @returns The word.
 */
export function parseChoice<T extends string>(
  env: Environment,
  name: string,
  choices: readonly [T, ...T[]],
  problems: string[],
): T {
  const text = env[name] || choices[0];
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    problems.push(`Cannot read ${name} as it must be "${choices.join('" or "')}": current value is "${text}"`);
  }
  return choice ?? choices[0];
}

/**
 * Reads a variable that is a duration.
 *
 * @param env The variables; an empty one counts as not set.
 * @param name Which.
 * @param defaultMs What holds without it, in milliseconds.
 * @param problems Gets a sentence when it is none.
 * @returns Milliseconds.
 */
export function parseInterval(env: Environment, name: string, defaultMs: number, problems: string[]): number {
  const text = env[name];
  if (!text) return defaultMs;
  const ms = parseDuration(text);
  if (ms === null) {
    problems.push(`Cannot read ${name} as it must be a duration such as "10s": current value is "${text}"`);
  }
  return ms ?? defaultMs;
}
