/**
 * `Accept-Encoding` (RFC 9110 section 12.5.3): whether a client takes a paste as it is stored.
 *
 * @module
 */

/** In which form a client gets a paste that is stored compressed: `none` when it takes neither. */
export type EncodingChoice = "stored" | "plain" | "none";

const ITEM = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/;

/**
 * Chooses the form of a paste. The stored one costs nothing to send, so it wins where the client sees no difference.
 *
 * @param header The header's value; `null` when there is none: curl sends none and could not read anything else.
 * @param coding How the paste is stored; `null` for as it is.
 * @returns The form; items of the header that cannot be read count for nothing.
 */
export function chooseEncoding(header: string | null, coding: string | null): EncodingChoice {
  if (header === null) return "plain";
  const weights = readWeights(header);
  const rest = weights.get("*");
  const plain = weights.get("identity") ?? (rest === 0 ? 0 : null);
  const stored = coding === null ? 0 : weights.get(coding) ?? rest ?? 0;
  // Taking "identity" for granted has the lowest rank, and naming it the rank that it is given.
  if (stored > 0 && stored >= (plain ?? 0)) return "stored";
  return plain === 0 ? "none" : "plain";
}

function readWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.toLowerCase().split(",")) {
    const [, coding = "", weight = "1"] = ITEM.exec(item.trim()) ?? [];
    if (coding !== "") weights.set(coding, Number(weight));
  }
  return weights;
}
