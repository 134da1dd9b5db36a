/**
 * The token that may delete a paste. Whoever created it gets the token, once; only its hash is kept.
 *
 * @module
 */

import { hash, timingSafeEqual } from "node:crypto";

/** How many characters of {@linkcode PASTE_ID_ALPHABET} a token has: 62²² are 131 bits. */
export const DELETE_TOKEN_LENGTH = 22;

/** The longest token that is looked at, so that nobody makes us hash a megabyte of header. */
const MAX_TOKEN_LENGTH = 200;

/**
 * Hashes a token. Plain SHA-256 without a salt: a token is random, so no table of guesses could ever hold it.
 *
 * @param token The token.
 * @returns Its SHA-256.
 */
export function hashDeleteToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hash("sha256", token)); // in one call: half the time of createHash()
}

/**
 * Compares a token with a hash, in a time that tells nothing of how much of it is right.
 *
 * @param token What the client sent.
 * @param hash What is stored; `null` for a paste that has no token, such as LogPaste's.
 * @returns Whether the token may delete the paste.
 */
export function isDeleteToken(token: string, hash: Uint8Array | null): boolean {
  if (hash === null || token === "" || token.length > MAX_TOKEN_LENGTH) return false;
  const given = hashDeleteToken(token);
  return given.byteLength === hash.byteLength && timingSafeEqual(given, hash);
}

/**
 * Finds the token in a request. `X-Delete-Token` goes first: `Authorization` may hold another kind of token.
 *
 * @param headers The request's headers.
 * @returns The token; empty when there is none.
 */
export function findDeleteToken(headers: Headers): string {
  const own = headers.get("x-delete-token");
  if (own !== null) return own.trim();
  return /^Bearer +(\S+)$/i.exec(headers.get("authorization")?.trim() ?? "")?.[1] ?? "";
}
