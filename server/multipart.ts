/**
 * `multipart/form-data` split into its parts, byte by byte (RFC 7578, RFC 2046 section 5.1).
 *
 * The platform's `formData()` decodes every part without a file name as UTF-8, and so destroys what
 * `curl -F '_=<-'` sends whenever it is not clean text: invalid sequences and byte order marks.
 *
 * @module
 */

/** One value or file of a form. */
export interface FormPart {
  /** The field's name; empty when it has none. */
  readonly name: string;
  /** The file's name; `null` for a plain value. */
  readonly fileName: string | null;
  /** Exactly the bytes between the delimiters, a view of the body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The most parts in one form. */
const MAX_PARTS = 100;

/** The longest header block of one part, in bytes. */
const MAX_HEADER_BYTES = 8192;

const PARAMETER = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))/g;

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * Reads the boundary from a content type.
 *
 * @param contentType The header's value.
 * @returns The boundary; `null` when this is no form, or its boundary is not one by RFC 2046.
 */
export function formBoundary(contentType: string): string | null {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(contentType)) return null;
  const boundary = parameter(contentType, "boundary") ?? "";
  return /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary) ? boundary : null;
}

/**
 * Splits a form.
 *
 * @param body The whole body.
 * @param boundary The boundary from its content type.
 * @returns The parts in order; what stands before the first and after the last delimiter is ignored.
 * @throws {SyntaxError} When a delimiter or a part's header is missing or broken, or there are too many parts.
 */
export function splitForm(body: Uint8Array<ArrayBuffer>, boundary: string): readonly FormPart[] {
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  const parts: FormPart[] = [];
  let found = findDelimiter(body, delimiter, 0);
  if (!found) throw new SyntaxError("the first boundary is missing");
  while (!found.last) {
    if (parts.length === MAX_PARTS) throw new SyntaxError(`it has more than ${MAX_PARTS} parts`);
    const start = found.end;
    const next = findDelimiter(body, delimiter, start);
    if (!next) throw new SyntaxError("the last boundary is missing");
    parts.push(parsePart(body.subarray(start, next.start)));
    found = next;
  }
  return parts;
}

interface Delimiter {
  /** Where the line break before it begins. */
  readonly start: number;
  /** Where the bytes after its own line break begin. */
  readonly end: number;
  /** Whether it ends the form. */
  readonly last: boolean;
}

/** Finds the next line that is a delimiter, with nothing but blanks after it. A line that only begins like one is data. */
function findDelimiter(body: Uint8Array, delimiter: Uint8Array, from: number): Delimiter | null {
  if (from === 0) {
    const atStart = matchDelimiter(body, delimiter, 0);
    if (atStart) return { ...atStart, start: 0 };
  }
  for (let cr = body.indexOf(CR, from); cr !== -1; cr = body.indexOf(CR, cr + 1)) {
    if (body[cr + 1] !== LF) continue;
    const match = matchDelimiter(body, delimiter, cr + 2);
    if (match) return { ...match, start: cr };
  }
  return null;
}

function matchDelimiter(body: Uint8Array, delimiter: Uint8Array, at: number): Omit<Delimiter, "start"> | null {
  for (let i = 0; i < delimiter.length; i++) {
    if (body[at + i] !== delimiter[i]) return null;
  }
  let end = at + delimiter.length;
  const last = body[end] === DASH && body[end + 1] === DASH;
  if (last) end += 2;
  while (body[end] === SPACE || body[end] === TAB) end++;
  if (body[end] === CR && body[end + 1] === LF) return { end: end + 2, last };
  return last && end === body.length ? { end, last } : null;
}

function parsePart(part: Uint8Array<ArrayBuffer>): FormPart {
  const header = headerLength(part);
  const lines = new TextDecoder().decode(part.subarray(0, header)).split("\r\n");
  const disposition = lines.find((line) => /^content-disposition\s*:/i.test(line)) ?? "";
  return {
    name: parameter(disposition, "name") ?? "",
    fileName: parameter(disposition, "filename"),
    bytes: part.subarray(header),
  };
}

/** The length of the header block, with the empty line that ends it. */
function headerLength(part: Uint8Array): number {
  if (part[0] === CR && part[1] === LF) return 2;
  const limit = Math.min(part.length, MAX_HEADER_BYTES) - 3;
  for (let i = 0; i < limit; i++) {
    if (part[i] === CR && part[i + 1] === LF && part[i + 2] === CR && part[i + 3] === LF) return i + 4;
  }
  throw new SyntaxError("the empty line after a part's header is missing");
}

/**
 * A parameter of a header: a token or a quoted string, in which a backslash quotes and browsers write `%22` for `"`.
 * Parameters are taken one after another, so that one inside another's quotes is not mistaken for it.
 */
function parameter(header: string, name: string): string | null {
  for (const [, key = "", quoted, token = ""] of header.matchAll(PARAMETER)) {
    if (key.toLowerCase() !== name) continue;
    return quoted === undefined ? token : quoted.replace(/\\(["\\])/g, "$1").replaceAll("%22", '"');
  }
  return null;
}
