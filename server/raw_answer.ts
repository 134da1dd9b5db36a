/**
 * A paste's bytes as an answer: compressed for those who take them so, in part, or not at all.
 *
 * @module
 */

import { tryDecodeURIComponent } from "hono/utils/url";
import { chooseEncoding } from "./accept_encoding.ts";
import { allowsPart, entityTag, matchesTag } from "./entity_tag.ts";
import { PasteError } from "./errors.ts";
import { cleanName } from "./paste.ts";
import { chooseRange } from "./range.ts";
import { headersOf, respond, respondEmpty } from "./response.ts";
import type { StoredPaste } from "./stored_paste.ts";

/** What an answer depends on beside request and paste. */
export interface RawOptions {
  /** What stands behind the id in the path, without the slash; `raw` and nothing ask for no name. */
  readonly suffix: string;
  /** The time. */
  readonly nowMs: number;
}

/** A year: the id is never used again and its bytes never change. */
const LONGEST_AGE_SECONDS = 31_536_000;

const ALWAYS = { "Vary": "Accept, Accept-Encoding", "X-Robots-Tag": "noindex" };

/**
 * The usual answers to a GET, by the form that they send, of the pastes in memory. Each is made once and sent as a
 * clone, which shares its body: to make a response of ten headers takes ten times as long, and copies the body.
 */
const usualAnswers = new WeakMap<StoredPaste, Map<"plain" | "stored", Response>>();

/**
 * Answers with the bytes of a paste.
 *
 * @param request A GET or HEAD.
 * @param paste The paste; one that is gone with its first reader must have been taken out, or be asked for by HEAD.
 * @param options The path's suffix and the time.
 * @returns 200, 206 or 304.
 * @throws {PasteError} `bad-range`; `not-acceptable` when the client refuses every form that there is.
 */
export async function rawAnswer(request: Request, paste: StoredPaste, options: RawOptions): Promise<Response> {
  const { headers } = request;
  const choice = chooseEncoding(headers.get("accept-encoding"), paste.stored.coding);
  const range = headers.get("range");
  if (range !== null && choice !== "none" && request.method === "GET" && !paste.facts.burn) {
    const part = await partialAnswer(request, paste, { ...options, range });
    if (part) return part;
  }
  if (choice === "none") {
    throw new PasteError("not-acceptable", "Cannot send the paste as Accept-Encoding refuses it: allow identity");
  }
  const coding = choice === "stored" ? paste.stored.coding : null;
  if (isKnown(headers, paste, coding)) return notModified(paste, coding, options);
  const isUsual = options.suffix === "" && paste.facts.expiresAt === null && !paste.facts.burn;
  if (isUsual && request.method === "GET") {
    return (await keepAnswer(paste, choice, options)).clone();
  }
  if (request.method !== "HEAD") return await makeAnswer(paste, choice, options);
  const length = choice === "stored" ? paste.stored.bytes.byteLength : paste.facts.size;
  return new Response(null, {
    headers: headersOf({ form: "raw", length, headers: ownHeaders(paste, coding, options) }),
  });
}

/**
 * Answers at once with what is kept of a paste, for the most usual requests: a service on one thread answers as many as
 * it can do without a promise.
 *
 * @param request A request for the path of the paste's id, with nothing behind it.
 * @param paste The paste.
 * @returns The answer; `null` when {@linkcode rawAnswer} has to find it out.
 */
export function keptAnswer(request: Request, paste: StoredPaste): Response | null {
  const kept = usualAnswers.get(paste);
  const { headers } = request;
  if (kept === undefined || request.method !== "GET" || headers.has("range") || headers.has("if-none-match")) {
    return null;
  }
  const choice = chooseEncoding(headers.get("accept-encoding"), paste.stored.coding);
  return choice === "none" ? null : kept.get(choice)?.clone() ?? null;
}

async function keepAnswer(paste: StoredPaste, choice: "plain" | "stored", options: RawOptions): Promise<Response> {
  const known = usualAnswers.get(paste)?.get(choice);
  if (known) return known;
  const answer = await makeAnswer(paste, choice, options);
  paste.adopt(choice, await answer.clone().bytes()); // the answer's own, not another copy
  const kept = usualAnswers.get(paste) ?? new Map<"plain" | "stored", Response>();
  usualAnswers.set(paste, kept.set(choice, answer));
  return answer;
}

async function makeAnswer(paste: StoredPaste, choice: "plain" | "stored", options: RawOptions): Promise<Response> {
  const [bytes, coding] = choice === "stored" ? [paste.stored.bytes, paste.stored.coding] : [await paste.plain(), null];
  const headers = headersOf({ form: "raw", length: null, headers: ownHeaders(paste, coding, options) });
  return new Response(bytes, { headers });
}

function ownHeaders(paste: StoredPaste, coding: string | null, options: RawOptions): Record<string, string> {
  const { id, name: ownName } = paste.facts;
  const { suffix } = options;
  const name = suffix === "raw" || suffix === "" ? ownName : nameIn(suffix);
  return {
    "ETag": entityTag(id, coding),
    "Cache-Control": cachePolicy(paste, options.nowMs),
    ...ALWAYS,
    ...(coding === null ? {} : { "Content-Encoding": coding }),
    ...(name === null ? {} : { "Content-Disposition": inlineAs(name) }),
  };
}

/** Hono decodes a path, but not what would mean something in one: `%25`, `%23`, `%2F`. */
function nameIn(suffix: string): string | null {
  return cleanName(tryDecodeURIComponent(suffix.slice(suffix.lastIndexOf("/") + 1)));
}

/**
 * How long others may keep a paste: no longer than we do.
 *
 * @param paste The paste.
 * @param nowMs The time.
 * @returns The value of `Cache-Control`.
 */
export function cachePolicy(paste: StoredPaste, nowMs: number): string {
  const { burn, expiresAt } = paste.facts;
  if (burn) return "no-store";
  if (expiresAt === null) return `public, max-age=${LONGEST_AGE_SECONDS}, immutable`;
  const rest = Math.max(Math.floor((expiresAt - nowMs) / 1000), 0);
  return `public, max-age=${Math.min(rest, LONGEST_AGE_SECONDS)}, immutable`;
}

function isKnown(headers: Headers, paste: StoredPaste, coding: string | null): boolean {
  const known = headers.get("if-none-match");
  return known !== null && !paste.facts.burn && matchesTag(known, entityTag(paste.facts.id, coding));
}

function notModified(paste: StoredPaste, coding: string | null, { nowMs }: RawOptions): Response {
  const headers = { "ETag": entityTag(paste.facts.id, coding), "Cache-Control": cachePolicy(paste, nowMs), ...ALWAYS };
  return respondEmpty(304, headers);
}

/** Parts are of the plain bytes, whatever the client takes otherwise; `null` when the whole is to be sent. */
async function partialAnswer(
  request: Request,
  paste: StoredPaste,
  options: RawOptions & { readonly range: string },
): Promise<Response | null> {
  const { size, id } = paste.facts;
  if (!allowsPart(request.headers.get("if-range"), entityTag(id, null))) return null;
  const choice = chooseRange(options.range, size);
  if (choice.kind === "whole") return null;
  if (isKnown(request.headers, paste, null)) return notModified(paste, null, options);
  if (choice.kind === "unsatisfiable") {
    throw new PasteError(
      "bad-range",
      `Cannot send that part of the paste as it has ${size} bytes: ask for some of them`,
      {
        headers: { "Content-Range": `bytes */${size}` },
      },
    );
  }
  const { start, end } = choice;
  const headers = { ...ownHeaders(paste, null, options), "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  return respond((await paste.plain()).subarray(start, end), { form: "raw", status: 206, headers });
}

/** RFC 6266 with the encoding of RFC 8187, which percent-encodes a little more than `encodeURIComponent`. */
function inlineAs(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `inline; filename*=UTF-8''${encoded}`;
}
