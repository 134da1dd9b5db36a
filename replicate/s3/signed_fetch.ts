/**
 * Signed HTTP: one request, its time limit, its retries and its errors.
 *
 * aws4fetch only signs; the fetching is our own, because its `fetch` retries no lost connection, cannot be aborted
 * while it waits, and leaves the bodies of failed tries unread. Bodies are byte arrays: a stream would go out chunked,
 * to which several servers answer 411.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Clock, withDeadline } from "../clock.ts";
import { ReplicateError } from "../errors.ts";
import { retry } from "../retry.ts";
import type { Credentials, CredentialsProvider } from "./credentials.ts";
import { readText } from "./reply_text.ts";
import type { RequestObserver, S3Reply, S3Request } from "./s3_request.ts";
import { errorOfReply, errorOfSilence, isErrorBody, parseS3Error } from "./s3_error.ts";
import { type Signature, Signer } from "./signer.ts";
import { SlicedBody } from "./sliced_body.ts";

/** Options of {@linkcode SignedFetch}. */
export interface SignedFetchOptions {
  /** Who signs. */
  readonly credentials: CredentialsProvider;
  /** The region to sign for. */
  readonly region: string;
  /** How to sign. */
  readonly signature: Signature;
  /** What no message may repeat, beside the credentials. */
  readonly secrets: readonly string[];
  /** Headers that every request carries. */
  readonly headers: Readonly<Record<string, string>>;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1) for each pause. */
  readonly random: () => number;
  /** Sends a request. */
  readonly fetch: typeof fetch;
  /** How long one try may take until its answer begins, in milliseconds; a body gets time of its own on top. */
  readonly requestTimeoutMs: number;
  /** How many tries at the most, the first included. */
  readonly maxTries: number;
  /** Is told of every try. */
  readonly onRequest: RequestObserver;
}

/** The first pause between tries, in milliseconds. */
const BASE_PAUSE_MS = 100;
/** The longest pause between tries, in milliseconds. */
const MAX_PAUSE_MS = 5_000;
/** The slowest upload that is waited for, in bytes per second. */
const MIN_UPLOAD_BYTES_PER_SECOND = 256 * 1024;
/** The largest XML reply that is read: 1,000 keys of 1,024 bytes, URL-encoded, in their elements. */
const REPLY_LIMIT_BYTES = 8 * 1024 * 1024;
/** The largest error reply that is read. */
const ERROR_LIMIT_BYTES = 64 * 1024;
/** From this size on, a body is sent without copying it. */
const SLICED_BODY_BYTES_MIN = 1024 * 1024;
/** A difference of clocks below this is none. */
const SKEW_TOLERANCE_MS = 1_000;

/** What the server says of temporary credentials whose time is over. */
const EXPIRED_CODES: ReadonlySet<string> = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]);

/** What a try signs with. */
interface Identity {
  readonly credentials: Credentials;
  readonly skewMs: number;
}

/** What every kind of answer has. */
interface Answer {
  readonly status: number;
  readonly text: unknown;
}

/** Makes an answer of a response, and tells how many bytes its body has. */
type ReadAnswer<T> = (response: Response) => Promise<{ readonly answer: T; readonly receivedBytes: number }>;

/** Sends signed requests. */
export class SignedFetch {
  readonly #options: SignedFetchOptions;
  readonly #signer: Signer;
  /** How far the server's clock is ahead of ours, once it complained. */
  #skewMs = 0;

  /**
   * Keeps the options; sends nothing.
   *
   * @param options How to sign and to send.
   */
  constructor(options: SignedFetchOptions) {
    this.#options = options;
    this.#signer = new Signer(options.signature, options.region);
  }

  /**
   * Sends a request and reads the answer, again and again within bounds.
   *
   * @param request The request.
   * @param signal Gives up.
   * @returns The answer.
   * @throws {ReplicateError} When the last try failed, or the first that no retry can help.
   */
  send(request: S3Request, signal: AbortSignal | undefined): Promise<S3Reply> {
    return this.#tryHard(request, signal, async (response) => {
      const { text, bytes } = await readText(response, REPLY_LIMIT_BYTES);
      return { answer: { status: response.status, headers: response.headers, text }, receivedBytes: bytes };
    });
  }

  /**
   * Sends a request and hands over the answer as soon as its headers are there, its body unread.
   *
   * @param request The request.
   * @param signal Gives up, also while the body is being read.
   * @returns The answer; its body must be read to the end or cancelled.
   * @throws {ReplicateError} When the last try failed, or the first that no retry can help.
   */
  open(request: S3Request, signal: AbortSignal | undefined): Promise<Response> {
    return this.#tryHard(request, signal, (answer) => {
      return Promise.resolve({ answer, receivedBytes: Number(answer.headers.get("content-length") ?? 0) });
    });
  }

  async #tryHard<T extends Answer>(
    request: S3Request,
    signal: AbortSignal | undefined,
    read: ReadAnswer<T>,
  ): Promise<T> {
    const { clock, random, maxTries } = this.#options;
    const payloadHash = sha256Hex(request.body ?? new Uint8Array(0));
    const policy = { clock, random, signal, maxTries, basePauseMs: BASE_PAUSE_MS, maxPauseMs: MAX_PAUSE_MS };
    return await retry(() => this.#tryOnce(request, payloadHash, signal, read), policy);
  }

  async #tryOnce<T extends Answer>(
    request: S3Request,
    payloadHash: string,
    signal: AbortSignal | undefined,
    read: ReadAnswer<T>,
  ): Promise<T> {
    const { clock, requestTimeoutMs, onRequest, credentials } = this.#options;
    const uploadMs = (request.body?.byteLength ?? 0) / MIN_UPLOAD_BYTES_PER_SECOND * 1000;
    const identity = { credentials: await credentials({ signal }), skewMs: this.#skewMs };
    const startedAt = clock.monotonic();
    let status: number | null = null;
    let receivedBytes = 0;
    try {
      return await withDeadline(clock, requestTimeoutMs + uploadMs, signal, async (limit) => {
        const response = await this.#exchange(request, payloadHash, identity, limit);
        status = response.status;
        if (!response.ok && !request.accept.includes(response.status)) {
          const failure = await readText(response, ERROR_LIMIT_BYTES);
          receivedBytes = failure.bytes;
          throw await this.#refusal(request, response, failure.text, identity);
        }
        const result = await read(response);
        receivedBytes = result.receivedBytes;
        const { answer } = result;
        if (response.ok && typeof answer.text === "string" && isErrorBody(answer.text)) {
          throw await this.#refusal(request, response, answer.text, identity);
        }
        return answer;
      });
    } catch (error) {
      if (error instanceof ReplicateError) throw error;
      if (signal?.aborted) throw signal.reason;
      throw errorOfSilence(request, error);
    } finally {
      const sentBytes = request.body?.byteLength ?? 0;
      const durationMs = clock.monotonic() - startedAt;
      onRequest({ operation: request.operation, status, sentBytes, receivedBytes, durationMs });
    }
  }

  async #exchange(
    { method, url, body, headers, unsignedHeaders }: S3Request,
    payloadHash: string,
    { credentials, skewMs }: Identity,
    signal: AbortSignal,
  ): Promise<Response> {
    const atMs = this.#options.clock.now() + skewMs;
    const toSign = { method, url, headers: { ...this.#options.headers, ...headers }, payloadHash, atMs };
    const signed = await this.#signer.sign(toSign, credentials);
    // Added after signing, because proxies rewrite it; a body that arrives compressed would hide its length.
    signed.set("accept-encoding", "identity");
    for (const [name, value] of Object.entries(unsignedHeaders ?? {})) signed.set(name, value);
    const init = { method, headers: signed, body: asFetchBody(body), signal, redirect: "manual" } as const;
    return await this.#options.fetch(url, init);
  }

  async #refusal(
    request: S3Request,
    response: Response,
    text: string,
    identity: Identity,
  ): Promise<ReplicateError> {
    const { secretAccessKey, sessionToken } = identity.credentials;
    const secrets = [secretAccessKey, sessionToken ?? "", ...this.#options.secrets];
    const reply = parseS3Error(response.status, text, secrets);
    return errorOfReply(request, reply, {
      retryAfterMs: this.#retryAfterMs(response.headers.get("retry-after")),
      bucketRegion: this.#otherRegion(response),
      remedied: await this.#remedy(reply.s3Code, response, identity),
    });
  }

  /** Removes the cause of a failure that would be final otherwise; tells whether there is hope for another try now. */
  async #remedy(s3Code: string, response: Response, identity: Identity): Promise<boolean> {
    if (s3Code === "RequestTimeTooSkewed") return this.#learnSkew(response, identity.skewMs);
    if (!EXPIRED_CODES.has(s3Code)) return false;
    const rejected = identity.credentials;
    const fresh = await this.#options.credentials({ rejected });
    return fresh.sessionToken !== rejected.sessionToken;
  }

  /** The bucket's region, where Amazon tells that it is not the one that we sign for. */
  #otherRegion(response: Response): string | null {
    const region = response.headers.get("x-amz-bucket-region");
    return region === this.#options.region ? null : region;
  }

  /** Takes over the server's time; tells whether that differs from what the failed try was signed with. */
  #learnSkew(response: Response, signedSkewMs: number): boolean {
    const serverTimeMs = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(serverTimeMs)) return false;
    this.#skewMs = serverTimeMs - this.#options.clock.now();
    return Math.abs(this.#skewMs - signedSkewMs) > SKEW_TOLERANCE_MS;
  }

  /** RFC 9110, 10.2.3: seconds, or a date. */
  #retryAfterMs(value: string | null): number {
    if (value === null) return 0;
    const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - this.#options.clock.now();
    return Number.isNaN(ms) ? 0 : Math.max(0, ms);
  }
}

function asFetchBody(body: Uint8Array<ArrayBuffer> | null): BodyInit | null {
  return body !== null && body.byteLength >= SLICED_BODY_BYTES_MIN ? new SlicedBody(body) : body;
}

/** By Node's API, as the web's copies the bytes first. */
function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
