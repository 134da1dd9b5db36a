/**
 * The answer with a paste's page.
 *
 * @module
 */

import { pasteIdTime } from "./paste_id.ts";
import { respond, respondPieces } from "./response.ts";
import { pastePage, type PastePageOptions } from "./views/paste_page.ts";

/** The largest paste whose page is sent in one piece, with its length, in bytes. */
const MAX_WHOLE_PAGE_BYTES = 64 * 1024;

/**
 * Answers with the page of a paste: a small one at once, a large one while it is rendered.
 *
 * @param paste The paste and its surroundings.
 * @param headers The answer's headers, beside those that every page has.
 * @returns The answer.
 */
export async function viewerAnswer(
  paste: Omit<PastePageOptions, "createdMs">,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const pieces = await pastePage({ ...paste, createdMs: pasteIdTime(paste.id) });
  return paste.bytes.byteLength <= MAX_WHOLE_PAGE_BYTES
    ? respond([...pieces].join(""), { form: "html", headers })
    : respondPieces(pieces, { form: "html", headers });
}
