/**
 * Regular expressions of strangers, matched against lines in bounded time.
 *
 * The engine is RE2's, whose time grows with the text and never explodes. The factor may still be as large as the
 * expression's program, and a match cannot be interrupted: so each line is refused that would take too long, and
 * between two lines is looked at the clock.
 *
 * @module
 */

import { RE2JS, RE2JSException } from "re2js";
import type { Clock } from "./clock.ts";
import { badFilter } from "./line_filter.ts";

/** The largest program that expressions may compile to, in instructions. */
const MAX_PROGRAM = 10_000;

/** The most steps for one line: its bytes times the program's instructions. At 10 ns a step that is a second. */
const MAX_LINE_STEPS = 100_000_000;

/** How long all lines may take together, in milliseconds. */
const TIME_LIMIT_MS = 2_000;

/** Matches lines against expressions that must all match. */
export class LineMatcher {
  readonly #patterns: readonly RE2JS[];
  readonly #programSize: number;
  readonly #now: () => number;
  readonly #endAt: number;

  /**
   * Reads the expressions; the time begins to run.
   *
   * @param patterns The expressions.
   * @param clock Measures the time limit.
   * @throws {PasteError} `bad-filter` when one cannot be read, or is too complex.
   */
  constructor(patterns: readonly string[], clock: Pick<Clock, "now">) {
    this.#now = () => clock.now();
    this.#endAt = clock.now() + TIME_LIMIT_MS;
    this.#patterns = patterns.map(compile);
    this.#programSize = this.#patterns.reduce((sum, pattern) => sum + pattern.programSize(), 0);
    if (this.#programSize > MAX_PROGRAM) throw badFilter("grep as the pattern is too complex: repeat less in it");
  }

  /**
   * Tells whether all expressions match somewhere in a line.
   *
   * @param line The line without its end, in UTF-8 as far as it is text.
   * @returns Whether they do.
   * @throws {PasteError} `bad-filter` when that, or all of it so far, takes too long.
   */
  matches(line: Uint8Array): boolean {
    if (line.byteLength * this.#programSize > MAX_LINE_STEPS) {
      // Not how long it is: of a paste that can be read once, a refusal must tell nothing.
      throw badFilter("grep as the pattern is too complex for one of the lines: use a simpler one");
    }
    if (this.#now() > this.#endAt) {
      throw badFilter(`grep as the pattern takes longer than ${TIME_LIMIT_MS / 1000} s here: use a simpler one`);
    }
    return this.#patterns.every((pattern) => pattern.test(line));
  }
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw badFilter(`grep as the pattern must be an RE2 expression: ${error.message}`);
  }
}
