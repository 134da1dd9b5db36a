/**
 * What a client can ask for when it creates a paste: by query, header or form field.
 *
 * Where one option comes in several ways, the query wins over the header, and the header over the form's field: what
 * is typed for one request goes before what a script always sends.
 *
 * @module
 */

import { PasteError } from "./errors.ts";
import { EXPIRY_WISH, formatExpiry, parseExpiry } from "./expiry.ts";
import type { FormPart } from "./multipart.ts";
import { cleanName, type NewPaste } from "./paste.ts";

/** What the operator allows. */
export interface ExpiryLimits {
  /** How long a paste stays when nobody says, in milliseconds; `null` for ever. */
  readonly defaultExpiryMs: number | null;
  /** The longest that anybody may ask for, in milliseconds; `null` for no limit. */
  readonly maxExpiryMs: number | null;
}

/** What was asked for; `name` is `null` when it was not. */
export type CreateOptions = Omit<NewPaste, "bytes">;

/** What a form holds: the paste, and options beside it. */
export interface FormContent {
  /** The value or file that becomes the paste; `null` when all are empty. */
  readonly content: FormPart | null;
  /** The options by name. */
  readonly fields: ReadonlyMap<string, string>;
}

/** The names of options in queries and forms. */
const OPTION_NAMES: readonly string[] = ["expire", "burn", "name"];

/** An option longer than this is none. */
const MAX_OPTION_BYTES = 1024;

const YES = /^(?:|1|y|yes|true|on)$/i;
const NO = /^(?:0|n|no|false|off)$/i;

const NO_FIELDS: ReadonlyMap<string, string> = new Map();

/**
 * Reads the options.
 *
 * @param request The request.
 * @param limits What the operator allows.
 * @param fields The form's options. Default: none.
 * @returns What was asked for, the operator's default filled in.
 * @throws {PasteError} `bad-option`, naming the option.
 */
export function readCreateOptions(
  request: Request,
  { fields = NO_FIELDS, ...limits }: ExpiryLimits & { readonly fields?: ReadonlyMap<string, string> },
): CreateOptions {
  const { url, headers } = request;
  const question = url.indexOf("?");
  const query = question === -1 ? null : new URLSearchParams(url.slice(question + 1));
  const given = (name: string, header: string | null): string | null =>
    query?.get(name) ?? (header === null ? null : headers.get(header)) ?? fields.get(name) ?? null;
  return {
    expiresInMs: readExpiry(given("expire", "expires-in"), limits),
    burn: readBurn(given("burn", "x-burn")),
    name: cleanName(given("name", null) ?? ""),
  };
}

/**
 * Tells a form's paste from its options. Whoever sends a single field, whatever it is called, sends a paste: LogPaste
 * takes any name. So a field with an option's name is an option only beside a field or file that is none.
 *
 * @param parts The form's parts.
 * @returns The paste and the options.
 */
export function sortForm(parts: readonly FormPart[]): FormContent {
  const isOption = ({ name, fileName }: FormPart): boolean => fileName === null && OPTION_NAMES.includes(name);
  const others = parts.filter((part) => !isOption(part));
  const content = (others.length > 0 ? others : parts).find(({ bytes }) => bytes.byteLength > 0) ?? null;
  const fields = new Map<string, string>();
  for (const part of parts) {
    if (part === content || !isOption(part) || part.bytes.byteLength === 0 || fields.has(part.name)) continue;
    fields.set(part.name, new TextDecoder().decode(part.bytes.subarray(0, MAX_OPTION_BYTES)));
  }
  return { content, fields };
}

function readExpiry(text: string | null, { defaultExpiryMs, maxExpiryMs }: ExpiryLimits): number | null {
  if (text === null || text.trim() === "") return defaultExpiryMs;
  const ms = parseExpiry(text.trim());
  if (ms === undefined) throw badOption("expire", `must be ${EXPIRY_WISH}`, text);
  if (maxExpiryMs === null || ms !== null && ms <= maxExpiryMs) return ms;
  throw badOption("expire", `must be at most "${formatExpiry(maxExpiryMs)}"`, text);
}

function readBurn(text: string | null): boolean {
  if (text === null) return false;
  if (YES.test(text.trim())) return true;
  if (NO.test(text.trim())) return false;
  throw badOption("burn", 'must be "1" or "0"', text);
}

function badOption(name: string, wish: string, text: string): PasteError {
  // JSON quotes whatever could break the line, and fifty characters are enough to know it again.
  const value = JSON.stringify(text.toWellFormed().slice(0, 50));
  return new PasteError("bad-option", `Cannot store the paste as "${name}" ${wish}: current value is ${value}`);
}
