/**
 * `Range` (RFC 9110 section 14.2): a part of a paste.
 *
 * @module
 */

/** What of a representation is asked for: all, some, or what it does not have. */
export type RangeChoice =
  | { readonly kind: "whole" }
  | {
    readonly kind: "part";
    /** The first byte. */
    readonly start: number;
    /** The byte after the last one. */
    readonly end: number;
  }
  | { readonly kind: "unsatisfiable" };

const WHOLE: RangeChoice = { kind: "whole" };

/**
 * Reads a `Range`. What is no range of bytes counts as none, as the RFC has it; so do several at once: nobody needs
 * them of a text, and they are how servers are made to work hard for small requests.
 *
 * @param header The header's value.
 * @param size How many bytes there are.
 * @returns What to send.
 */
export function chooseRange(header: string, size: number): RangeChoice {
  const [, first = "", last = ""] = /^bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})$/i.exec(header.trim()) ?? [];
  if (first === "" && last === "") return WHOLE;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (first !== "" && last !== "" && Number(last) < start) return WHOLE; // "5-2" is no range
  if (start >= size || start >= end) return { kind: "unsatisfiable" };
  return { kind: "part", start, end };
}
