/**
 * Creating pastes: `PUT /`, `PUT /<name>`, `POST /`.
 *
 * @module
 */

import type { Context } from "hono";
import { wantsHtml, wantsJson, wantsPlainText } from "../accept.ts";
import { readBody, tooLarge } from "../body.ts";
import type { BodyIntake } from "../body_intake.ts";
import { PasteError } from "../errors.ts";
import { linkBase, type LinkOptions } from "../link.ts";
import { formBoundary, type FormPart, splitForm } from "../multipart.ts";
import { cleanName, isBlank, type NewPaste } from "../paste.ts";
import type { PasteStore } from "../paste_store.ts";
import type { HealthProbe } from "../ports.ts";
import { respond, type ResponseForm } from "../response.ts";

/** How much larger than its paste a form may be, in bytes: delimiters, headers, and small fields beside the paste. */
const FORM_OVERHEAD_BYTES = 64 * 1024;

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
}

/**
 * Makes the handler of `PUT /`: raw body in, JSON out, because LogPaste's clients read the id from it.
 *
 * @param parts What creating needs.
 * @returns The handler.
 */
export function putRoot(parts: CreateParts): (c: Context) => Promise<Response> {
  return async ({ req: { raw } }) => {
    const base = prepare(raw, parts);
    const paste = { bytes: await readBody(raw, { intake: parts.intake, limitBytes: parts.maxBytes }), name: null };
    return created(base, await store(paste, parts), wantsPlainText(raw) && !wantsJson(raw) ? "text" : "json");
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
    const base = prepare(req.raw, parts);
    const paste = {
      bytes: await readBody(req.raw, { intake: parts.intake, limitBytes: parts.maxBytes }),
      name: cleanName(req.param("name") ?? ""),
    };
    return created(base, await store(paste, parts), wantsJson(req.raw) ? "json" : "text");
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
    const base = prepare(raw, parts);
    const contentType = raw.headers.get("content-type") ?? "";
    const isForm = /^multipart\/form-data/i.test(contentType);
    const paste = isForm
      ? await readForm(raw, contentType, parts)
      : { bytes: await readBody(raw, { intake: parts.intake, limitBytes: parts.maxBytes }), name: null };
    const id = await store(paste, parts);
    // A browser without JavaScript has sent the page's form: show it the paste.
    if (isForm && wantsHtml(raw)) return created(base, id, "text", 303);
    return created(base, id, wantsJson(raw) ? "json" : "text");
  };
}

/** Refuses what cannot succeed before the body is read. */
function prepare(request: Request, parts: CreateParts): string {
  assertWriter(parts.health);
  return linkBase(request, parts.links);
}

function assertWriter(probe: HealthProbe): void {
  if (probe.health().role === "fenced") {
    throw new PasteError(
      "fenced",
      "Cannot store the paste as another instance writes now: send it there, or try again",
    );
  }
}

async function readForm(request: Request, contentType: string, parts: CreateParts): Promise<NewPaste> {
  const { intake, maxBytes } = parts;
  const boundary = formBoundary(contentType);
  if (boundary === null) throw badForm("its boundary is missing or broken");
  const body = await readBody(request, { intake, limitBytes: maxBytes + FORM_OVERHEAD_BYTES, maxBytes });
  const part = choosePart(body, boundary);
  if (part && part.bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return { bytes: part?.bytes ?? new Uint8Array(), name: cleanName(part?.fileName ?? "") };
}

function choosePart(body: Uint8Array<ArrayBuffer>, boundary: string): FormPart | undefined {
  try {
    return splitForm(body, boundary).find((part) => part.bytes.byteLength > 0);
  } catch (error) {
    if (error instanceof SyntaxError) throw badForm(error.message);
    throw error;
  }
}

function badForm(reason: string): PasteError {
  return new PasteError("bad-form", `Cannot read the form as ${reason}: send multipart/form-data with one field`);
}

function store(paste: NewPaste, parts: CreateParts): Promise<string> {
  if (isBlank(paste.bytes)) {
    throw new PasteError("empty-paste", "Cannot store the paste as it is empty: send at least one visible character");
  }
  // Asked again: the body may have taken its time.
  assertWriter(parts.health);
  return parts.store.put(paste);
}

function created(base: string, id: string, form: ResponseForm, status = 200): Response {
  const url = `${base}/${id}`;
  const body = form === "json" ? JSON.stringify({ id, url }) : url;
  return respond(`${body}\n`, { form, status, headers: { "Location": url } });
}
