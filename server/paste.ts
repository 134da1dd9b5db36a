/**
 * What a paste is, and which bytes may become one.
 *
 * @module
 */

/** A paste that is to be stored. */
export interface NewPaste {
  /** Its bytes, exactly as they came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The name of the file it came from; `null` when it had none. */
  readonly name: string | null;
  /** How long it stays, in milliseconds; `null` for ever. */
  readonly expiresInMs: number | null;
  /** Whether it is gone with its first reader. */
  readonly burn: boolean;
}

/** The longest file name that is remembered, in UTF-16 code units. */
const MAX_NAME_LENGTH = 255;

/** How many bytes are decoded at a time when a paste begins with something beyond ASCII. */
const WINDOW_BYTES = 64;

/** A character that is not white space. JavaScript takes the BOM for white space and U+0085 not; LogPaste the reverse. */
const INK = /[^\s\u0085]|\uFEFF/u;

/** With which bytes white space beyond ASCII can begin in UTF-8: U+0085 and U+00A0, U+1680, U+2000 to U+205F, U+3000. */
const MAY_BEGIN_SPACE: ReadonlySet<number> = new Set([0xc2, 0xe1, 0xe2, 0xe3]);

/** Control characters in a name would break headers and terminals; a slash would look like a path. */
const UNWANTED_IN_NAMES = /[\p{Cc}/\\]/gu;

/**
 * Tells whether bytes hold nothing but white space, Unicode's included: such a paste is a mistake of its sender.
 *
 * @param bytes The body.
 * @returns Whether it is empty or all white space.
 */
export function isBlank(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte > 0x7f) return MAY_BEGIN_SPACE.has(byte) && isBlankText(bytes.subarray(i));
    if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return false;
  }
  return true;
}

/**
 * Makes a file name fit to be remembered and to be sent in a header.
 *
 * @param text What the client called the file.
 * @returns The name, at most 255 characters of it; `null` when nothing is left.
 */
export function cleanName(text: string): string | null {
  const name = text.toWellFormed().replace(UNWANTED_IN_NAMES, "").trim().slice(0, MAX_NAME_LENGTH).toWellFormed();
  return name === "" ? null : name;
}

/** Decodes window by window: nearly always the first one already has ink. */
function isBlankText(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let start = 0; start < bytes.length; start += WINDOW_BYTES) {
    const window = bytes.subarray(start, start + WINDOW_BYTES);
    if (INK.test(decoder.decode(window, { stream: true }))) return false;
  }
  return !INK.test(decoder.decode());
}
