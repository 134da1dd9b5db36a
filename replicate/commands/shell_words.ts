/**
 * Splitting a command into its words, without a shell.
 *
 * @module
 */

import { UsageError } from "./flags.ts";

/** A run of plain characters, an escaped one, or a quoted text. */
const PIECE = /[^\s'"\\;&|<>`$()]+|\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\$(?!\()/y;

/**
 * Splits a command as a shell does: words between spaces, texts in quotes, characters behind a backslash. Variables are
 * not replaced, and what only a shell can do is refused: Litestream silently runs what comes before it.
 *
 * @param text The command.
 * @returns Its words, at least one.
 * @throws {UsageError} When a quote is not closed, a shell is needed, or there is no word.
 */
export function splitWords(text: string): [string, ...string[]] {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length;) {
    const space = /\s+/y;
    space.lastIndex = at;
    if (space.test(text)) {
      if (word !== null) words.push(word);
      word = null;
      at = space.lastIndex;
      continue;
    }
    PIECE.lastIndex = at;
    const match = PIECE.exec(text);
    if (match === null) throw new UsageError(problemWith(text, at));
    const [whole, escaped, single, double] = match;
    word = (word ?? "") + (escaped ?? single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? whole);
    at = PIECE.lastIndex;
  }
  if (word !== null) words.push(word);
  const [first, ...rest] = words;
  if (first === undefined) throw new UsageError("Cannot run a command that has no words");
  return [first, ...rest];
}

function problemWith(text: string, at: number): string {
  const character = text[at] ?? "";
  if (`'"\\`.includes(character)) {
    return `Cannot read the command as what begins with ${character} does not end: ${text}`;
  }
  return `Cannot run the command as "${character}" needs a shell: put it in quotes, or write sh -c '…'`;
}
