/**
 * The answer with a paste's page.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { afterPendingEvents } from "./clock.ts";
import { pasteIdTime } from "./paste_id.ts";
import { respond, respondPieces } from "./response.ts";
import { pastePage, type PastePageOptions } from "./views/paste_page.ts";

/** The largest paste whose page is sent in one piece, with its length, in bytes. */
const MAX_WHOLE_PAGE_BYTES = 64 * 1024;

/** What an answer depends on beside the paste. */
export interface ViewerOptions {
  /** GET or HEAD. */
  readonly method: string;
  /** The answer's headers, beside those that every page has. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers with the page of a paste: a small one at once, a large one while it is rendered.
 *
 * @param paste The paste and its surroundings.
 * @param options The method and the headers.
 * @returns The answer; for HEAD with the length of GET's body, and perhaps without a body.
 */
export async function viewerAnswer(
  paste: Omit<PastePageOptions, "createdMs">,
  { method, headers }: ViewerOptions,
): Promise<Response> {
  const pieces = await pastePage({ ...paste, createdMs: pasteIdTime(paste.id) });
  if (paste.bytes.byteLength <= MAX_WHOLE_PAGE_BYTES) return respond([...pieces].join(""), { form: "html", headers });
  if (method !== "HEAD") return respondPieces(pieces, { form: "html", headers });
  // Without it Deno's server answers HEAD with a length of 0.
  const length = String(await measure(pieces));
  return respondPieces([], { form: "html", headers: { ...headers, "Content-Length": length } });
}

/** As slowly as GET renders it: others get their turn after each piece. */
async function measure(pieces: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const piece of pieces) {
    bytes += Buffer.byteLength(piece);
    await new Promise<void>((resolve) => afterPendingEvents(resolve));
  }
  return bytes;
}
