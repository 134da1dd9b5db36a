/**
 * The world as a command sees it: `cli.ts` has the real one.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { Environment } from "../config.ts";

/** A signal that ends a program. */
export type EndSignal = "SIGINT" | "SIGTERM";

/** What a command works with. */
export interface Shell {
  /** The variables. */
  readonly env: Environment;
  /** Prints a line of what was asked for, to standard output. */
  readonly print: (line: string) => void;
  /** Says something about the work, to standard error. */
  readonly say: (line: string) => void;
  /** Writes raw text to the terminal, for progress that is redrawn; null where there is no terminal. */
  readonly terminal: ((text: string) => void) | null;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Has signals told instead of ending the program; gives a function that undoes it. */
  readonly onSignal: (listener: (signal: EndSignal) => void) => () => void;
}
