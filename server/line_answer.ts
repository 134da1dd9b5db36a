/**
 * The answer to a read that asks for some of the lines only.
 *
 * @module
 */

import type { Grep } from "./grep.ts";
import { filterLines, parseLineFilter } from "./line_filter.ts";
import { respond } from "./response.ts";

/**
 * Answers with the lines that the query asks for: text, whoever asks.
 *
 * @param request The request.
 * @param bytes The paste.
 * @param grep Matches expressions.
 * @returns The answer; `null` when the query asks for no lines.
 * @throws {PasteError} `bad-filter`, `overloaded`.
 */
export async function lineAnswer(
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  grep: Grep,
): Promise<Response | null> {
  const filter = parseLineFilter(request.url);
  if (filter === null) return null;
  const lines = filter.patterns.length > 0 ? await grep.pick(bytes, filter) : filterLines(bytes, filter);
  // Made anew each time: what caches keep is the paste itself.
  return respond(lines, { form: "raw", headers: { "Cache-Control": "no-store", "X-Robots-Tag": "noindex" } });
}
