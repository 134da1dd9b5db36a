/**
 * The answer to a read that asks for some of the lines only.
 *
 * @module
 */

import type { Grep } from "./grep.ts";
import { filterLines, type LineFilter } from "./line_filter.ts";
import { respond } from "./response.ts";

/** What lines are picked from, and by whom. */
export interface LineSource {
  /** The paste. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Matches expressions. */
  readonly grep: Grep;
}

/**
 * Answers with the lines that the query asks for: text, whoever asks.
 *
 * @param filter Which lines are wanted.
 * @param source The paste, and who matches expressions.
 * @returns The answer.
 * @throws {PasteError} `bad-filter`, `overloaded`.
 */
export async function lineAnswer(filter: LineFilter, { bytes, grep }: LineSource): Promise<Response> {
  const lines = filter.patterns.length > 0 ? await grep.pick(bytes, filter) : filterLines(bytes, filter);
  // Made anew each time: what caches keep is the paste itself.
  const headers = { "Cache-Control": "no-store", "Vary": "Accept", "X-Robots-Tag": "noindex" };
  return respond(lines, { form: "raw", headers });
}
