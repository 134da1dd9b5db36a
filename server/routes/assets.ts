/**
 * The files of the pages, and what crawlers ask for.
 *
 * @module
 */

import type { Context } from "hono";
import { respond, respondEmpty } from "../response.ts";

/** A file that is served as it is. */
export interface Asset {
  /** The paths under which it is served. */
  readonly paths: readonly string[];
  /** Its media type. */
  readonly type: string;
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its entity tag, quotes included. */
  readonly etag: string;
}

/** Where the files lie. */
const FOLDER = new URL("../../static/", import.meta.url);

/** Every file that is served: a list, so that no path from outside ever reaches the file system. */
const FILES = [
  { file: "style.css", paths: ["/static/style.css"], type: "text/css; charset=utf-8" },
  { file: "home.js", paths: ["/static/home.js"], type: "text/javascript; charset=utf-8" },
  // The second path is the one that pages which embed LogPaste's client use.
  { file: "logpaste.js", paths: ["/static/logpaste.js", "/js/logpaste.js"], type: "text/javascript; charset=utf-8" },
  { file: "favicon.svg", paths: ["/static/favicon.svg", "/favicon.ico"], type: "image/svg+xml" },
] as const;

/**
 * Reads the files.
 *
 * @returns All of them.
 * @throws {Deno.errors.NotFound} When one is missing: a broken installation.
 */
export function loadAssets(): Promise<readonly Asset[]> {
  return Promise.all(FILES.map(async ({ file, paths, type }) => {
    const bytes = await Deno.readFile(new URL(file, FOLDER));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return { paths, type, bytes, etag: `"${digest.subarray(0, 12).toHex()}"` };
  }));
}

/**
 * Makes the handler of one file.
 *
 * @param asset The file.
 * @returns The handler; it answers 304 to those who have the file.
 */
export function serveAsset(asset: Asset): (c: Context) => Response {
  const headers = { "Content-Type": asset.type, "ETag": asset.etag, "Cache-Control": "no-cache" };
  return ({ req: { raw } }) =>
    raw.headers.get("if-none-match") === asset.etag
      ? respondEmpty(304, headers)
      : respond(asset.bytes, { form: "raw", headers });
}

/**
 * Answers `/robots.txt`: pastes are for those who have the link.
 *
 * @returns Everything but the start page is off limits.
 */
export function robots(): Response {
  return respond("User-agent: *\nAllow: /$\nDisallow: /\n", { form: "text" });
}
