/**
 * Collecting what is wrong with a configuration that several parts read.
 *
 * @module
 */

/**
 * Runs a parser, and keeps its problems so that all parsers' can be told at once.
 *
 * @param problems Where they are added.
 * @param parse The parser; an error of its own has all its reasons in `problems`.
 * @returns What it returns; null when it found problems.
 */
export function collectProblems<T>(problems: string[], parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Error) || !("problems" in error) || !Array.isArray(error.problems)) throw error;
    problems.push(...error.problems.map(String));
    return null;
  }
}
