/**
 * Who may create pastes, where not everybody may.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { PasteError } from "./errors.ts";

/** RFC 6750 section 2.1: the scheme in any case, one or more spaces, the token. */
const BEARER = /^bearer +(\S+) *$/i;

/** The tokens that allow to create pastes. Their hashes only: a dump of the memory has no token to find. */
export class UploadTokens {
  readonly #hashes: readonly Uint8Array[];

  /**
   * Takes the tokens.
   *
   * @param tokens The tokens; with none of them everybody may create.
   */
  constructor(tokens: readonly string[]) {
    this.#hashes = tokens.map(hash);
  }

  /** Whether a token is needed at all. */
  get required(): boolean {
    return this.#hashes.length > 0;
  }

  /**
   * Lets a request create a paste.
   *
   * @param headers Its headers.
   * @throws {PasteError} `token-required` when it has no token, or a wrong one.
   */
  verify(headers: Headers): void {
    if (!this.required) return;
    const authorization = headers.get("authorization");
    const [, token] = BEARER.exec(authorization ?? "") ?? [];
    if (token === undefined) {
      throw refused("an upload token is needed here", "Bearer");
    }
    if (!this.#includes(token)) throw refused("the upload token is not valid", 'Bearer error="invalid_token"');
  }

  /** Hashes have one length and nothing in common with what they were made of; all of them are compared, always. */
  #includes(token: string): boolean {
    const candidate = hash(token);
    let found = 0;
    for (const known of this.#hashes) found |= Number(timingSafeEqual(known, candidate));
    return found === 1;
  }
}

function hash(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

function refused(reason: string, challenge: string): PasteError {
  return new PasteError(
    "token-required",
    `Cannot store the paste as ${reason}: send the header "Authorization: Bearer <token>" with a token from the operator`,
    { headers: { "WWW-Authenticate": challenge } },
  );
}
