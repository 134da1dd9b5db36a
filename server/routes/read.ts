/**
 * Reading pastes: `GET /<id>`, `/<id>/raw`, `/<id>/<anything>`.
 *
 * @module
 */

import type { Context } from "hono";
import { wantsHtml } from "../accept.ts";
import { PasteError } from "../errors.ts";
import { cleanName } from "../paste.ts";
import { isPasteId } from "../paste_id.ts";
import type { PasteStore, StoredPaste } from "../paste_store.ts";
import { respond, respondEmpty } from "../response.ts";
import { viewerAnswer } from "../viewer_answer.ts";

/** What reading needs. */
export interface ReadParts {
  /** Where pastes are. */
  readonly store: PasteStore;
  /** The site's title. */
  readonly title: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
}

/** The id is never used again and its bytes never change. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** The viewer changes with the next release, so a browser may keep it for five minutes only. */
const VIEWER_CACHING = "public, max-age=300";

/**
 * Makes the handler of every `GET` that no other route takes.
 *
 * @param parts What reading needs.
 * @returns The handler.
 */
export function readPaste(parts: ReadParts): (c: Context) => Promise<Response> {
  return async ({ req: { raw, path } }) => {
    const { id, suffix } = splitPath(path);
    const paste = isPasteId(id) ? await parts.store.get(id) : null;
    if (!paste) throw new PasteError("not-found", "Cannot find the paste: check the link");
    if (suffix !== "raw" && wantsHtml(raw)) return viewer(id, paste, parts);
    return rawAnswer(raw, id, paste, suffix);
  };
}

function splitPath(path: string): { readonly id: string; readonly suffix: string } {
  const slash = path.indexOf("/", 1);
  return slash === -1 ? { id: path.slice(1), suffix: "" } : { id: path.slice(1, slash), suffix: path.slice(slash + 1) };
}

function rawAnswer(request: Request, id: string, paste: StoredPaste, suffix: string): Response {
  const etag = `"${id}"`;
  const headers = { "ETag": etag, "Cache-Control": IMMUTABLE, "Vary": "Accept", "X-Robots-Tag": "noindex" };
  const known = request.headers.get("if-none-match");
  if (known !== null && matchesTag(known, etag)) return respondEmpty(304, headers);
  const name = suffix === "raw" || suffix === "" ? paste.name : cleanName(suffix.slice(suffix.lastIndexOf("/") + 1));
  return respond(paste.bytes, {
    form: "raw",
    headers: name === null ? headers : { ...headers, "Content-Disposition": inlineAs(name) },
  });
}

/** Weak comparison (RFC 9110 section 13.1.2): what a proxy marks as weak is the same paste all the same. */
function matchesTag(list: string, etag: string): boolean {
  return list.split(",").some((item) => item.trim() === "*" || item.trim().replace(/^W\//, "") === etag);
}

/** RFC 6266 with the encoding of RFC 8187, which percent-encodes a little more than `encodeURIComponent`. */
function inlineAs(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `inline; filename*=UTF-8''${encoded}`;
}

async function viewer(id: string, paste: StoredPaste, parts: ReadParts): Promise<Response> {
  const { title, prefix } = parts;
  return await viewerAnswer({ id, name: paste.name, bytes: paste.bytes, expiresMs: null, title, prefix }, {
    "Cache-Control": VIEWER_CACHING,
    "Vary": "Accept",
    "X-Robots-Tag": "noindex",
  });
}
