/**
 * `GET /limits`: what a client may do here, for those who want to know before they try.
 *
 * @module
 */

import { MISSES_PER_MINUTE } from "../gate.ts";
import { respond } from "../response.ts";

/** What a client may do; `null` is no limit. */
export interface Limits {
  /** The largest paste, in bytes, inclusive. */
  readonly maxBytes: number;
  /** How many pastes a client may send per minute. */
  readonly perMinuteLimit: number | null;
  /** For how long a paste is kept when its sender asks for nothing, in seconds. */
  readonly defaultExpirySeconds: number | null;
  /** For how long a paste may be kept at most, in seconds. */
  readonly maxExpirySeconds: number | null;
  /** Whether a token is needed to send a paste. */
  readonly uploadTokenRequired: boolean;
}

/**
 * Makes the handler of `GET /limits`.
 *
 * @param limits The limits.
 * @returns The handler.
 */
export function serveLimits(limits: Limits): () => Response {
  const body = `${
    JSON.stringify({
      maxBytes: limits.maxBytes,
      defaultExpirySeconds: limits.defaultExpirySeconds,
      maxExpirySeconds: limits.maxExpirySeconds,
      uploadsPerMinute: limits.perMinuteLimit,
      missesPerMinute: MISSES_PER_MINUTE,
      uploadTokenRequired: limits.uploadTokenRequired,
    })
  }\n`;
  return () => respond(body, { form: "json", headers: { "Cache-Control": "no-cache" } });
}
