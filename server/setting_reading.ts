/**
 * How the text of a setting is understood: the settings that limit clients and pastes.
 *
 * @module
 */

import type { TrustProxy } from "./client_address.ts";
import { EXPIRY_WISH, parseExpiry } from "./expiry.ts";

/** How a setting's text is understood. */
export interface Reading<T> {
  /** What it must be, to follow "it must be". */
  readonly wish: string;
  /** Reads it; `undefined` when it is not that. */
  readonly parse: (text: string) => T | undefined;
  /** Whether no message may repeat the text. Default: it may. */
  readonly secret?: true;
}

/** Which sizes will do, in bytes, inclusive. */
export interface SizeBounds {
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

const LARGEST_RATE = 1_000_000;

const MOST_HOPS = 20;

/** What guessing does not find while each attempt is a request. */
const SHORTEST_TOKEN = 16;

/** What RFC 6750 section 2.1 lets a bearer token consist of. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** `MAX_TOTAL_BYTES`; `null` is no bound. */
export const TOTAL_SIZE: Reading<number | null> = {
  wish: 'a size such as "5368709120" or "5GiB"',
  parse: (text) => text === "" ? null : parseSize(text, { min: 1, max: Number.MAX_SAFE_INTEGER }),
};

/** `CACHE_BYTES`. */
export const MEMORY: Reading<number> = {
  wish: 'a size such as "0", "33554432" or "32MiB"',
  parse: (text) => parseSize(text, { min: 0, max: Number.MAX_SAFE_INTEGER }),
};

/** `DEFAULT_EXPIRY` and `MAX_EXPIRY`, in milliseconds; `null` is for ever. */
export const EXPIRY: Reading<number | null> = { wish: EXPIRY_WISH, parse: parseExpiry };

/** `PER_MINUTE_LIMIT`; `null` is no limit. */
export const PER_MINUTE_LIMIT: Reading<number | null> = {
  wish: `a number from 0 to ${LARGEST_RATE}, 0 being no limit`,
  parse: (text) => {
    if (!/^\d{1,7}$/.test(text) || Number(text) > LARGEST_RATE) return undefined;
    return Number(text) === 0 ? null : Number(text);
  },
};

/** `TRUST_PROXY`; `null` when nothing is said. */
export const TRUST_PROXY: Reading<TrustProxy | null> = {
  wish: `a number of proxies from 0 to ${MOST_HOPS}, or the name of a header such as "Fly-Client-IP"`,
  parse: (text) => {
    if (text === "") return null;
    if (/^[A-Za-z][A-Za-z0-9-]*$/.test(text)) return { kind: "header", name: text };
    if (!/^\d{1,2}$/.test(text) || Number(text) > MOST_HOPS) return undefined;
    return Number(text) === 0 ? { kind: "none" } : { kind: "hops", count: Number(text) };
  },
};

/** `UPLOAD_TOKENS`. */
export const UPLOAD_TOKENS: Reading<readonly string[]> = {
  wish: `tokens of ${SHORTEST_TOKEN} or more of the characters A-Z a-z 0-9 - . _ ~ + / =, separated by commas`,
  parse: (text) => {
    if (text === "") return [];
    const tokens = text.split(",").map((token) => token.trim()).filter((token) => token !== "");
    const fit = tokens.every((token) => token.length >= SHORTEST_TOKEN && TOKEN.test(token));
    // None in a text such as ",": whoever set it does not want everybody to be let in.
    return fit && tokens.length > 0 ? tokens : undefined;
  },
  secret: true,
};

/**
 * Reads a size.
 *
 * @param text Bytes, or a number with a unit such as `2MiB`.
 * @param bounds The smallest and the largest that will do, in bytes.
 * @returns Bytes; `undefined` when it is no size between those.
 */
export function parseSize(text: string, { min, max }: SizeBounds): number | undefined {
  const [, digits, unit = "B"] = /^(\d{1,12})(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Number(digits) * (UNITS[unit] ?? 1);
  return bytes >= min && bytes <= max ? bytes : undefined;
}
