/**
 * Creating pastes: `PUT /`, `PUT /<name>`, `POST /`.
 *
 * @module
 */

import type { Context } from "hono";
import { wantsHtml, wantsJson, wantsPlainText } from "../accept.ts";
import { readBody, tooLarge } from "../body.ts";
import type { BodyIntake } from "../body_intake.ts";
import type { Codec } from "../codec.ts";
import { type ExpiryLimits, type FormContent, readCreateOptions, sortForm } from "../create_options.ts";
import { PasteError } from "../errors.ts";
import { formatInstant } from "../expiry.ts";
import { linkBase, type LinkOptions } from "../link.ts";
import { formBoundary, splitForm } from "../multipart.ts";
import { cleanName, isBlank, type NewPaste } from "../paste.ts";
import type { PasteStore, Receipt } from "../paste_store.ts";
import type { HealthProbe } from "../ports.ts";
import { respondText, type ResponseForm } from "../response.ts";
import { assertWriter } from "../writer_role.ts";

/** How much larger than its paste a form may be, in bytes: delimiters, headers, and small fields beside the paste. */
const FORM_OVERHEAD_BYTES = 64 * 1024;

/** From here on a body's memory is given back as soon as the paste is stored. */
const RELEASED_BYTES = 64 * 1024;

const ACTION = "store the paste";

/** What other sites' scripts may read of an answer. */
const EXPOSED: [string, string] = ["Access-Control-Expose-Headers", "Location, X-Delete-Token, X-Expires"];

/** What creating needs. */
export interface CreateParts {
  /** Where pastes go. */
  readonly store: PasteStore;
  /** Whether this instance may write. */
  readonly health: HealthProbe;
  /** Takes bodies in. */
  readonly intake: BodyIntake;
  /** How links are made. */
  readonly links: LinkOptions;
  /** The largest paste, in bytes, inclusive. */
  readonly maxBytes: number;
  /** How long pastes stay. */
  readonly expiry: ExpiryLimits;
  /** Inflates what clients have compressed. */
  readonly codec: Codec;
}

/** What an answer tells. */
interface Created {
  /** What links begin with. */
  readonly base: string;
  /** What the store says. */
  readonly receipt: Receipt;
  /** Whether the paste is gone with its first reader. */
  readonly burn: boolean;
}

/**
 * Makes the handler of `PUT /`: raw body in, JSON out, because LogPaste's clients read the id from it.
 *
 * @param parts What creating needs.
 * @returns The handler.
 */
export function putRoot(parts: CreateParts): (c: Context) => Promise<Response> {
  return async ({ req: { raw } }) => {
    const created = await create(raw, parts, () => readRaw(raw, parts));
    return answer(created, wantsPlainText(raw) && !wantsJson(raw) ? "text" : "json");
  };
}

/**
 * Makes the handler of `PUT /<name>`, which is what `curl -T <name> HOST/` sends: raw body in, one line out.
 *
 * @param parts What creating needs.
 * @returns The handler.
 */
export function putNamed(parts: CreateParts): (c: Context) => Promise<Response> {
  return async ({ req }) => {
    const paste = async (): Promise<NewPaste> => {
      const read = await readRaw(req.raw, parts);
      return { ...read, name: read.name ?? cleanName(req.param("name") ?? "") };
    };
    return answer(await create(req.raw, parts, paste), wantsJson(req.raw) ? "json" : "text");
  };
}

/**
 * Makes the handler of `POST /`: a form's first value or file that is not empty, or any other body as it is.
 *
 * @param parts What creating needs.
 * @returns The handler.
 */
export function postRoot(parts: CreateParts): (c: Context) => Promise<Response> {
  return async ({ req: { raw } }) => {
    const isForm = /^multipart\/form-data/i.test(raw.headers.get("content-type") ?? "");
    const paste = (): Promise<NewPaste> => isForm ? readForm(raw, parts) : readRaw(raw, parts);
    const created = await create(raw, parts, paste);
    // A browser without JavaScript has sent the page's form: show it the paste.
    if (isForm && wantsHtml(raw)) return answer(created, "text", 303);
    return answer(created, wantsJson(raw) ? "json" : "text");
  };
}

/** Refuses what cannot succeed before the body is read. */
async function create(request: Request, parts: CreateParts, read: () => Promise<NewPaste>): Promise<Created> {
  assertWriter(parts.health, ACTION);
  const base = linkBase(request, parts.links);
  const paste = await read();
  if (isBlank(paste.bytes)) {
    throw new PasteError("empty-paste", "Cannot store the paste as it is empty: send at least one visible character");
  }
  // Asked again: the body may have taken its time.
  assertWriter(parts.health, ACTION);
  try {
    return { base, receipt: await parts.store.put(paste), burn: paste.burn };
  } finally {
    release(paste.bytes);
  }
}

/** Gives the memory of a large body back at once: a collector would let dozens of them wait. */
function release({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength >= RELEASED_BYTES) buffer.transfer(0);
}

async function readRaw(request: Request, parts: CreateParts): Promise<NewPaste> {
  const options = readCreateOptions(request, parts.expiry);
  return { ...options, bytes: await readBody(request, { ...parts, limitBytes: parts.maxBytes }) };
}

async function readForm(request: Request, parts: CreateParts): Promise<NewPaste> {
  const { maxBytes, expiry } = parts;
  const boundary = formBoundary(request.headers.get("content-type") ?? "");
  if (boundary === null) throw badForm("its boundary is missing or broken");
  const body = await readBody(request, { ...parts, limitBytes: maxBytes + FORM_OVERHEAD_BYTES });
  const { content, fields } = sortParts(body, boundary);
  const options = readCreateOptions(request, { ...expiry, fields });
  if (content === null) return { ...options, bytes: new Uint8Array() };
  if (content.bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return { ...options, bytes: content.bytes, name: options.name ?? cleanName(content.fileName ?? "") };
}

function sortParts(body: Uint8Array<ArrayBuffer>, boundary: string): FormContent {
  try {
    return sortForm(splitForm(body, boundary));
  } catch (error) {
    if (error instanceof SyntaxError) throw badForm(error.message);
    throw error;
  }
}

function badForm(reason: string): PasteError {
  return new PasteError("bad-form", `Cannot read the form as ${reason}: send multipart/form-data with one field`);
}

function answer({ base, receipt, burn }: Created, form: ResponseForm, status = 200): Response {
  const { id, deleteToken, expiresAt } = receipt;
  const url = `${base}/${id}`;
  const expires = expiresAt === null ? null : formatInstant(expiresAt);
  const body = form === "json" ? JSON.stringify({ id, url, deleteToken, expires, burn }) : url;
  return respondText(`${body}\n`, {
    form,
    status,
    headers: [
      ["Location", url],
      ["X-Delete-Token", deleteToken],
      EXPOSED,
      ...(expires === null ? [] : [["X-Expires", expires] as [string, string]]),
    ],
  });
}
