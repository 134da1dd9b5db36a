/**
 * What an S3 server's failures mean: which are worth another try, and what a person should check.
 *
 * Codes: Amazon S3 API Reference, "Error responses", and Ceph's, "S3 common response status codes".
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import { childText, parseXml } from "./xml.ts";

/** A reply that says no; the `cause` of the {@linkcode ReplicateError} made from it. */
export class S3ReplyError extends Error {
  /** The HTTP status; 200 for an error inside a successful reply. */
  readonly status: number;
  /** The server's code, for example `NoSuchKey`; empty when it sent none. */
  readonly s3Code: string;

  /**
   * Puts status, code and words into one message.
   *
   * @param status The HTTP status.
   * @param s3Code The server's code; empty when it sent none.
   * @param text The server's own words, shortened and without secrets.
   */
  constructor(status: number, s3Code: string, text: string) {
    super([String(status), s3Code, text].filter((part) => part !== "").join(" "));
    this.name = "S3ReplyError";
    this.status = status;
    this.s3Code = s3Code;
  }
}

/** What a failed request was about. */
export interface FailedRequest {
  /** What was tried, to follow "Cannot", for example `create object "chain/00000000" in s3://bucket/db`. */
  readonly what: string;
  /** Whether a 404 can only mean that the object is missing. */
  readonly isObject: boolean;
}

/** What else is known of a reply that says no. */
export interface ReplyDetails {
  /** How long the server asked us to wait, in milliseconds; 0 when it did not say. */
  readonly retryAfterMs: number;
  /** The bucket's region, where the server told it. */
  readonly bucketRegion: string | null;
  /** Set when this failure, usually final, has been remedied and another try will help. */
  readonly remedied: boolean;
}

/** The longest part of a server's own words that a message repeats, in characters. */
const TEXT_LIMIT = 200;

/** Codes that promise success to a later try, whatever the status. */
const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  "ConditionalRequestConflict",
  "IncompleteBody",
  "InternalError",
  "OperationAborted",
  "RequestCanceled",
  "RequestLimitExceeded",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
]);

/** What to check, by code. */
const ADVICE: Readonly<Record<string, string>> = {
  AccessDenied: "check that these credentials may list the bucket, and read, write and delete its objects",
  AuthorizationHeaderMalformed: "check the region",
  ExcessHeaderValues: "this service does not take conditional writes from an S3 client",
  ExpiredToken: "the session token has expired; set new credentials",
  InvalidAccessKeyId: "check the access key id, and that it belongs to this endpoint",
  InvalidBucketName: "check the bucket's name",
  InvalidToken: "check the session token",
  NoSuchBucket: "check the bucket's name, the region and the endpoint, or create the bucket",
  NotImplemented: "this server lacks the operation",
  PermanentRedirect: "check the region and the endpoint",
  RequestTimeTooSkewed: "check this machine's clock",
  SignatureDoesNotMatch: "check the secret access key, the region and the endpoint",
  TemporaryRedirect: "check the region and the endpoint",
};

/**
 * Reads what a server says of a failure.
 *
 * @param status The HTTP status.
 * @param text The reply's body, which may be empty or something else than XML.
 * @param secrets What must not be repeated, should the server echo it.
 * @returns The failure.
 */
export function parseS3Error(status: number, text: string, secrets: readonly string[]): S3ReplyError {
  try {
    const error = parseXml(text, "Error");
    return new S3ReplyError(
      status,
      redact(childText(error, "Code")?.trim() ?? "", secrets),
      redact(childText(error, "Message")?.trim() ?? "", secrets),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Proxies answer with HTML and HEAD with nothing: the status has to do.
    return new S3ReplyError(status, "", "");
  }
}

/**
 * Whether a successful reply's body is an error after all, as CompleteMultipartUpload's may be.
 *
 * @param text The body.
 * @returns Whether its root is `<Error>`.
 */
export function isErrorBody(text: string): boolean {
  return /^\s*(?:<\?xml[^>]*\?>\s*)?<Error[\s>]/.test(text);
}

/**
 * Whether the same request may succeed later.
 *
 * @param status The HTTP status.
 * @param s3Code The server's code; may be empty.
 * @returns `true` for overload, races and the server's own failures. 501 is final: the server lacks the operation.
 */
export function isRetryable(status: number, s3Code: string): boolean {
  if (RETRYABLE_CODES.has(s3Code)) return true;
  if (s3Code === "NotImplemented") return false;
  // A success that is an error after all is the server's own failure.
  if (status < 300) return true;
  // 409: two conditional writes met; some servers give it codes of their own.
  return status === 408 || status === 409 || status === 429 || (status >= 500 && status !== 501);
}

/**
 * Turns a reply that says no into an error that can be acted upon.
 *
 * @param request What was tried.
 * @param reply What the server said.
 * @param details What else is known.
 * @returns `object-missing`, `store-unavailable` (retryable) or `store-refused`.
 */
export function errorOfReply(request: FailedRequest, reply: S3ReplyError, details: ReplyDetails): ReplicateError {
  const { status, s3Code } = reply;
  const options = { cause: reply, retryAfterMs: details.retryAfterMs };
  if (details.remedied || isRetryable(status, s3Code)) {
    const message = `Cannot ${request.what} as the server is not able to right now`;
    return new ReplicateError("store-unavailable", message, { ...options, retryable: true });
  }
  if (request.isObject && status === 404 && (s3Code === "NoSuchKey" || s3Code === "")) {
    return new ReplicateError("object-missing", `Cannot ${request.what} as there is none`, options);
  }
  const advice = details.bucketRegion === null
    ? adviceFor(s3Code, status)
    : `set the region to "${details.bucketRegion}"`;
  return new ReplicateError("store-refused", `Cannot ${request.what} as the server refuses it; ${advice}`, options);
}

/**
 * Turns a request that got no answer into an error.
 *
 * @param request What was tried.
 * @param cause What happened: no connection, a time limit, a connection that broke.
 * @returns `store-unavailable`, retryable.
 */
export function errorOfSilence(request: FailedRequest, cause: unknown): ReplicateError {
  return new ReplicateError("store-unavailable", `Cannot ${request.what} as the server did not answer`, {
    retryable: true,
    cause,
  });
}

function adviceFor(s3Code: string, status: number): string {
  const advice = Object.hasOwn(ADVICE, s3Code) ? ADVICE[s3Code] : undefined;
  if (advice !== undefined) return advice;
  if (status >= 300 && status < 400) return "check the region and the endpoint";
  if (status === 401 || status === 403) return "check the credentials and their permissions";
  if (status === 404) return "check the bucket's name and the endpoint";
  if (status === 501) return "this server lacks the operation";
  return "check the endpoint";
}

function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== "") clean = clean.replaceAll(secret, "[secret]");
  }
  return clean.length > TEXT_LIMIT ? `${clean.slice(0, TEXT_LIMIT)}…` : clean;
}
