/**
 * Google's V4 signature with an HMAC key.
 *
 * Amazon's algorithm under other names: `GOOG4-HMAC-SHA256`, `storage` and `goog4_request` in the scope, and `x-goog-`
 * headers. It is needed because Google's condition for creating is an `x-goog-` header, which it refuses beside any
 * `x-amz-` one. Source: Cloud Storage documentation, "Signatures" and "Canonical requests".
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import type { Credentials } from "./credentials.ts";

/** What is signed. */
export interface Goog4Request {
  /** The HTTP method. */
  readonly method: string;
  /** Where to; path and query strictly percent-encoded. */
  readonly url: URL;
  /** The headers to sign; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The SHA-256 of the body, in hex. */
  readonly payloadHash: string;
  /** When it is sent, as `20260101T000000Z`. */
  readonly datetime: string;
}

/** By whom, and for where. */
export interface Goog4Scope {
  /** An HMAC key; Google knows no session tokens for them. */
  readonly credentials: Credentials;
  /** The location; `auto` does for every bucket. */
  readonly region: string;
}

/**
 * Signs a request.
 *
 * @param request The request.
 * @param scope By whom, and for where.
 * @returns All headers to send.
 */
export function signGoog4(request: Goog4Request, { credentials, region }: Goog4Scope): Headers {
  const { method, url, payloadHash, datetime } = request;
  const headers = new Headers({
    ...request.headers,
    "x-goog-content-sha256": payloadHash,
    "x-goog-date": datetime,
  });
  // Of a `Headers` the names come sorted, in lower case, and the values without space around them.
  const all: readonly (readonly [string, string])[] = [["host", url.host], ...headers];
  const signed = all.map(([name, value]) => [name, value.replace(/ +/g, " ")] as const)
    .sort(([one], [other]) => one < other ? -1 : 1);
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    method,
    url.pathname,
    url.search.slice(1).split("&").sort().join("&"),
    ...signed.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    payloadHash,
  ].join("\n");
  const date = datetime.slice(0, 8);
  const scope = [date, region, "storage", "goog4_request"];
  const text = ["GOOG4-HMAC-SHA256", datetime, scope.join("/"), sha256Hex(canonical)].join("\n");
  const key = scope.reduce<string | Uint8Array>(hmac, `GOOG4${credentials.secretAccessKey}`);
  const signature = new Uint8Array(hmac(key, text)).toHex();
  headers.set(
    "authorization",
    `GOOG4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${
      scope.join("/")
    }, SignedHeaders=${names}, Signature=${signature}`,
  );
  return headers;
}

function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}
