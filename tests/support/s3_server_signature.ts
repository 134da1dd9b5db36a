/**
 * Checks a request's signature the way an S3 server does; shares no code with the client under test.
 *
 * Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)".
 *
 * @module
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What is checked. */
export interface SignedCall {
  /** The HTTP method. */
  readonly method: string;
  /** The path as it came over the wire, still encoded. */
  readonly rawPath: string;
  /** The query as it came, without `?`. */
  readonly rawQuery: string;
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: Uint8Array;
}

/** Whose signatures are good. */
export interface Signer {
  /** The public half. */
  readonly accessKeyId: string;
  /** The secret half. */
  readonly secretAccessKey: string;
  /** The token that must come along; `null` for none. */
  readonly sessionToken: string | null;
  /** The region that must have been signed for. */
  readonly region: string;
  /** Session tokens whose time is over. Default: none. */
  readonly expiredTokens?: readonly string[];
  /** Whether Google's signature is good, too. Default: no. */
  readonly google?: boolean;
  /** How far the clocks may be apart, in milliseconds. Default: 15 minutes. */
  readonly skewLimitMs?: number;
}

/** Why a request is refused. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** The S3 error code. */
  readonly code: string;
}

const AUTHORIZATION =
  /^(AWS4|GOOG4)-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/(s3\/aws4_request|storage\/goog4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
/** How far the clocks may be apart, in milliseconds: 15 minutes, as with Amazon. */
const SKEW_LIMIT_MS = 15 * 60_000;

/**
 * Checks a signature and the payload's hash.
 *
 * @param call The request.
 * @param signer Who must have signed it.
 * @param nowMs The server's time.
 * @returns Why it is refused; `null` when it is good.
 */
export function checkSignature(call: SignedCall, signer: Signer, nowMs: number): Refusal | null {
  const match = AUTHORIZATION.exec(call.headers["authorization"] ?? "");
  if (match === null) return { status: 403, code: "AccessDenied" };
  const [, kind = "", keyId = "", date = "", region = "", service = "", signedHeaders = "", signature = ""] = match;
  if (service !== (kind === "GOOG4" ? "storage/goog4_request" : "s3/aws4_request")) {
    return { status: 400, code: "AuthorizationHeaderMalformed" };
  }
  if (kind === "GOOG4" && !signer.google) return { status: 400, code: "InvalidRequest" };
  const prefix = kind === "GOOG4" ? "x-goog-" : "x-amz-";
  if (keyId !== signer.accessKeyId) return { status: 403, code: "InvalidAccessKeyId" };
  if (region !== signer.region) return { status: 400, code: "AuthorizationHeaderMalformed" };
  const token = call.headers["x-amz-security-token"] ?? null;
  if (token !== null && signer.expiredTokens?.includes(token)) return { status: 400, code: "ExpiredToken" };
  if (token !== signer.sessionToken) {
    return { status: 400, code: "InvalidToken" };
  }
  const timestamp = call.headers[`${prefix}date`] ?? "";
  if (!timestamp.startsWith(date)) return { status: 403, code: "SignatureDoesNotMatch" };
  if (Math.abs(parseTimestamp(timestamp) - nowMs) > (signer.skewLimitMs ?? SKEW_LIMIT_MS)) {
    return { status: 403, code: "RequestTimeTooSkewed" };
  }
  const names = signedHeaders.split(";");
  const unsigned = Object.keys(call.headers).filter((name) => /^x-(amz|goog)-/.test(name) && !names.includes(name));
  if (!names.includes("host") || unsigned.length > 0) return { status: 403, code: "AccessDenied" };

  const payloadHash = call.headers[`${prefix}content-sha256`] ?? "";
  const scope = `${date}/${region}/${service}`;
  const text = [`${kind}-HMAC-SHA256`, timestamp, scope, sha256(canonicalRequest(call, names, payloadHash))].join("\n");
  const key = scope.split("/").reduce<string | Uint8Array>(
    (secret, part) => hmac(secret, part),
    `${kind}${signer.secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, text), Uint8Array.fromHex(signature))) {
    return { status: 403, code: "SignatureDoesNotMatch" };
  }
  // As strict as the strictest provider: UNSIGNED-PAYLOAD is refused.
  if (payloadHash !== sha256(call.body)) {
    return { status: 400, code: "XAmzContentSHA256Mismatch" };
  }
  return null;
}

function canonicalRequest(call: SignedCall, names: readonly string[], payloadHash: string): string {
  const path = call.rawPath.split("/").map((segment) => encode(decodeURIComponent(segment))).join("/");
  const query = call.rawQuery.split("&").filter((pair) => pair !== "").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const;
  }).sort(([one], [other]) => one < other ? -1 : 1).map((pair) => pair.join("=")).join("&");
  const headers = names.map((name) => `${name}:${(call.headers[name] ?? "").trim().replace(/ +/g, " ")}\n`).join("");
  return [call.method, path, query, headers, names.join(";"), payloadHash].join("\n");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function parseTimestamp(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}
