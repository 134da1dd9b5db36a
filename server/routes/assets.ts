/**
 * The files of the pages, and what crawlers ask for.
 *
 * @module
 */

import type { Context } from "hono";
import { matchesTag } from "../entity_tag.ts";
import { respond, respondEmpty } from "../response.ts";
import { paletteCss } from "../views/palette.ts";

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

/** What highlights code, as its authors publish it for browsers: one module, nothing to build. */
const HIGHLIGHTER = import.meta.resolve("@highlightjs/cdn-assets/es/highlight.min.js");

/** A worker is held by the policy of its own script: it may import more of ours, and nothing else. */
const ASSET_POLICY = "default-src 'none'; script-src 'self'";

const CSS = "text/css; charset=utf-8";
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** The modules and scripts of the pages, without their ending. */
const SCRIPTS = [
  "code_worker",
  "copy",
  "home",
  "json_format",
  "line_links",
  "line_view",
  "own_pastes",
  "preferences",
  "problems",
  "search",
  "search_worker",
  "shortcuts",
  "structure",
  "theme",
  "tokens",
  "upload",
  "upload_token",
  "viewer",
] as const;

/** An asset before it is read. */
interface AssetSource {
  readonly paths: readonly string[];
  readonly type: string;
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** Every file that is served: a list, so that no path from outside ever reaches the file system. */
const SOURCES: readonly AssetSource[] = [
  ...["style.css", "home.css", "viewer.css"].map((file) => fromFolder(file, CSS)),
  ...SCRIPTS.map((name) => fromFolder(`${name}.js`, JAVASCRIPT)),
  // The second path is the one that pages which embed LogPaste's client use.
  fromFolder("logpaste.js", JAVASCRIPT, "/js/logpaste.js"),
  fromFolder("favicon.svg", "image/svg+xml", "/favicon.ico"),
  {
    paths: ["/static/ansi.css"],
    type: CSS,
    read: () => Promise.resolve(new TextEncoder().encode(paletteCss())),
  },
  {
    paths: ["/static/vendor/highlight.js"],
    type: JAVASCRIPT,
    read: () => Deno.readFile(new URL(HIGHLIGHTER)),
  },
];

/**
 * Reads the files.
 *
 * @returns All of them.
 * @throws {Deno.errors.NotFound} When one is missing: a broken installation.
 */
export function loadAssets(): Promise<readonly Asset[]> {
  return Promise.all(SOURCES.map(async ({ paths, type, read }) => {
    const bytes = await read();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return { paths, type, bytes, etag: `"${digest.subarray(0, 12).toHex()}"` };
  }));
}

function fromFolder(file: string, type: string, ...more: readonly string[]): AssetSource {
  return { paths: [`/static/${file}`, ...more], type, read: () => Deno.readFile(new URL(file, FOLDER)) };
}

/**
 * Makes the handler of one file.
 *
 * @param asset The file.
 * @returns The handler; it answers 304 to those who have the file.
 */
export function serveAsset(asset: Asset): (c: Context) => Response {
  const headers = {
    "Content-Type": asset.type,
    "ETag": asset.etag,
    "Cache-Control": "no-cache",
    "Content-Security-Policy": ASSET_POLICY,
  };
  return ({ req: { raw } }) =>
    matchesTag(raw.headers.get("if-none-match") ?? "", asset.etag)
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
