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
}

/** Why a request is refused. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** The S3 error code. */
  readonly code: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
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
  const [, keyId = "", date = "", region = "", signedHeaders = "", signature = ""] = match;
  if (keyId !== signer.accessKeyId) return { status: 403, code: "InvalidAccessKeyId" };
  if (region !== signer.region) return { status: 400, code: "AuthorizationHeaderMalformed" };
  if ((call.headers["x-amz-security-token"] ?? null) !== signer.sessionToken) {
    return { status: 400, code: "InvalidToken" };
  }
  const timestamp = call.headers["x-amz-date"] ?? "";
  if (!timestamp.startsWith(date)) return { status: 403, code: "SignatureDoesNotMatch" };
  if (Math.abs(parseTimestamp(timestamp) - nowMs) > SKEW_LIMIT_MS) return { status: 403, code: "RequestTimeTooSkewed" };
  const names = signedHeaders.split(";");
  const unsigned = Object.keys(call.headers).filter((name) => name.startsWith("x-amz-") && !names.includes(name));
  if (!names.includes("host") || unsigned.length > 0) return { status: 403, code: "AccessDenied" };

  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", timestamp, scope, sha256(canonicalRequest(call, names))].join("\n");
  const key = [date, region, "s3", "aws4_request"].reduce<string | Uint8Array>(
    (secret, part) => hmac(secret, part),
    `AWS4${signer.secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, text), Uint8Array.fromHex(signature))) {
    return { status: 403, code: "SignatureDoesNotMatch" };
  }
  // As strict as the strictest provider: UNSIGNED-PAYLOAD is refused.
  if (call.headers["x-amz-content-sha256"] !== sha256(call.body)) {
    return { status: 400, code: "XAmzContentSHA256Mismatch" };
  }
  return null;
}

function canonicalRequest(call: SignedCall, names: readonly string[]): string {
  const path = call.rawPath.split("/").map((segment) => encode(decodeURIComponent(segment))).join("/");
  const query = call.rawQuery.split("&").filter((pair) => pair !== "").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const;
  }).sort(([one], [other]) => one < other ? -1 : 1).map((pair) => pair.join("=")).join("&");
  const headers = names.map((name) => `${name}:${(call.headers[name] ?? "").trim().replace(/ +/g, " ")}\n`).join("");
  const payloadHash = call.headers["x-amz-content-sha256"] ?? "";
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
