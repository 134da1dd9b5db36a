/**
 * Reading pastes: `GET /<id>`, `/<id>/raw`, `/<id>/<anything>`.
 *
 * @module
 */

import type { Context } from "hono";
import { wantsHtml } from "../accept.ts";
import type { Clock } from "../clock.ts";
import { PasteError } from "../errors.ts";
import type { Grep } from "../grep.ts";
import { lineAnswer } from "../line_answer.ts";
import { type LineFilter, parseLineFilter } from "../line_filter.ts";
import { isPasteId } from "../paste_id.ts";
import type { PasteStore } from "../paste_store.ts";
import type { HealthProbe } from "../ports.ts";
import { isPreview } from "../preview.ts";
import { cachePolicy, keptAnswer, rawAnswer } from "../raw_answer.ts";
import { respond } from "../response.ts";
import type { StoredPaste } from "../stored_paste.ts";
import { viewerAnswer } from "../viewer_answer.ts";
import { burnPage } from "../views/burn_page.ts";
import { assertWriter } from "../writer_role.ts";

/** What reading needs. */
export interface ReadParts {
  /** Where pastes are. */
  readonly store: PasteStore;
  /** Whether this instance may take pastes out. */
  readonly health: HealthProbe;
  /** Matches the lines that a query asks for. */
  readonly grep: Grep;
  /** Tells how much of its life a paste has left. */
  readonly clock: Clock;
  /** The site's title. */
  readonly title: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
}

/** A request, and what is there for it. */
interface Found {
  /** The request. */
  readonly request: Request;
  /** What stands behind the id in the path. */
  readonly suffix: string;
  /** The paste; `null` when there is none. */
  readonly paste: StoredPaste | null;
}

/** What opening a paste that can be read once depends on. */
interface BurnParts extends ReadParts {
  /** What stands behind the id in the path. */
  readonly suffix: string;
  /** Which lines are wanted; `null`: all. */
  readonly filter: LineFilter | null;
}

/** The viewer changes with the next release, so a browser may keep it for five minutes only. */
const VIEWER_AGE_SECONDS = 300;

/** Which headers decide about a page. */
const PAGE_HEADERS = { "Vary": "Accept", "X-Robots-Tag": "noindex" };

/**
 * Makes the handler of every `GET` that no other route takes.
 *
 * @param parts What reading needs.
 * @returns The handler.
 */
export function readPaste(parts: ReadParts): (c: Context) => Response | Promise<Response> {
  return ({ req: { raw, path } }) => {
    const { id, suffix } = splitPath(path);
    const found = isPasteId(id) ? parts.store.get(id) : null;
    return found instanceof Promise
      ? found.then((paste) => show({ request: raw, suffix, paste }, parts))
      : show({ request: raw, suffix, paste: found }, parts);
  };
}

/** What is hot is answered without a wait: each `await` on the way would cost such an answer several percent. */
function show({ request, suffix, paste }: Found, parts: ReadParts): Response | Promise<Response> {
  if (!paste) throw notFound();
  const filter = parseLineFilter(request.url);
  if (paste.facts.burn) return burn(request, paste, { ...parts, suffix, filter });
  if (filter) return lines(paste, { filter, grep: parts.grep });
  if (suffix !== "raw" && wantsHtml(request)) return viewer(paste, { ...parts, method: request.method });
  return (suffix === "" ? keptAnswer(request, paste) : null) ??
    rawAnswer(request, paste, { suffix, nowMs: parts.clock.now() });
}

async function lines(paste: StoredPaste, { filter, grep }: { filter: LineFilter; grep: Grep }): Promise<Response> {
  return await lineAnswer(filter, { bytes: await paste.plain(), grep });
}

/**
 * Makes the error for an id without a paste: missing, expired, burned and malformed ones all look the same.
 *
 * @returns The error.
 */
export function notFound(): PasteError {
  return new PasteError("not-found", "Cannot find the paste: check the link");
}

function splitPath(path: string): { readonly id: string; readonly suffix: string } {
  const slash = path.indexOf("/", 1);
  return slash === -1 ? { id: path.slice(1), suffix: "" } : { id: path.slice(1, slash), suffix: path.slice(slash + 1) };
}

/** Only a GET of the bytes, by someone who means it, uses the paste up. */
async function burn(
  request: Request,
  paste: StoredPaste,
  { suffix, filter, store, health, grep, clock, title, prefix }: BurnParts,
): Promise<Response> {
  const { id } = paste.facts;
  const isPage = suffix !== "raw" && wantsHtml(request) || isPreview(request.headers);
  if (isPage) {
    const headers = { ...PAGE_HEADERS, "Cache-Control": "no-store" };
    return respond(await burnPage({ id, prefix, title }), { form: "html", headers });
  }
  if (request.method === "HEAD") return await rawAnswer(request, paste, { suffix, nowMs: clock.now() });
  assertWriter(health, "open a paste that can be read once");
  // Made first: what cannot be answered must not use the paste up.
  const answer = filter
    ? await lines(paste, { filter, grep })
    : await rawAnswer(request, paste, { suffix, nowMs: clock.now() });
  if (!await store.take(id)) throw notFound();
  return answer;
}

async function viewer(
  paste: StoredPaste,
  { title, prefix, clock, method }: ReadParts & { readonly method: string },
): Promise<Response> {
  const { id, name, expiresAt } = paste.facts;
  const policy = expiresAt !== null && expiresAt - clock.now() < VIEWER_AGE_SECONDS * 1000
    ? cachePolicy(paste, clock.now())
    : `public, max-age=${VIEWER_AGE_SECONDS}`;
  return await viewerAnswer({ id, name, bytes: await paste.plain(), expiresMs: expiresAt, title, prefix }, {
    method,
    headers: { ...PAGE_HEADERS, "Cache-Control": policy },
  });
}
