/**
 * Signed HTTP: one request, its time limit, its retries and its errors.
 *
 * aws4fetch signs (SigV4); the fetching is our own, because its `fetch` retries no lost connection, cannot be
 * aborted while it waits, and leaves the bodies of failed tries unread. Bodies are byte arrays: a stream would
 * go out chunked, to which several servers answer 411. The payload's hash is always signed (`UNSIGNED-PAYLOAD`
 * is refused by some), so a body that changes on its way is refused by the server.
 *
 * @module
 */

import { AwsClient } from "aws4fetch";
import { type Clock, withDeadline } from "../clock.ts";
import { ReplicateError } from "../errors.ts";
import { retry } from "../retry.ts";
import type { Credentials, CredentialsProvider } from "./credentials.ts";
import { readText } from "./reply_text.ts";
import type { RequestObserver, S3Reply, S3Request } from "./s3_request.ts";
import { errorOfReply, errorOfSilence, isErrorBody, parseS3Error } from "./s3_error.ts";

/** Options of {@linkcode SignedFetch}. */
export interface SignedFetchOptions {
  /** Who signs. */
  readonly credentials: CredentialsProvider;
  /** The region to sign for. */
  readonly region: string;
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
/** A difference of clocks below this is none. */
const SKEW_TOLERANCE_MS = 1_000;

/** What a try signs with. */
interface Signature {
  readonly credentials: Credentials;
  readonly skewMs: number;
}

/** Sends signed requests. */
export class SignedFetch {
  readonly #options: SignedFetchOptions;
  /** How far the server's clock is ahead of ours, once it complained. */
  #skewMs = 0;
  #client: { readonly credentials: Credentials; readonly aws: AwsClient } | null = null;

  /**
   * Keeps the options; sends nothing.
   *
   * @param options How to sign and to send.
   */
  constructor(options: SignedFetchOptions) {
    this.#options = options;
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
      const reply = { status: response.status, headers: response.headers };
      return { ...reply, text: await readText(response, REPLY_LIMIT_BYTES) };
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
    return this.#tryHard(request, signal, (response) => Promise.resolve(response));
  }

  async #tryHard<T extends { readonly status: number; readonly text: unknown }>(
    request: S3Request,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const { clock, random, maxTries } = this.#options;
    const payloadHash = await sha256Hex(request.body ?? new Uint8Array(0));
    const policy = { clock, random, signal, maxTries, basePauseMs: BASE_PAUSE_MS, maxPauseMs: MAX_PAUSE_MS };
    return await retry(() => this.#tryOnce(request, payloadHash, signal, read), policy);
  }

  async #tryOnce<T extends { readonly status: number; readonly text: unknown }>(
    request: S3Request,
    payloadHash: string,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const { clock, requestTimeoutMs } = this.#options;
    const uploadMs = (request.body?.byteLength ?? 0) / MIN_UPLOAD_BYTES_PER_SECOND * 1000;
    const signature = { credentials: await this.#options.credentials(), skewMs: this.#skewMs };
    try {
      return await withDeadline(clock, requestTimeoutMs + uploadMs, signal, async (limit) => {
        const response = await this.#exchange(request, payloadHash, signature, limit);
        if (!response.ok && !request.accept.includes(response.status)) {
          throw this.#refusal(request, response, await readText(response, ERROR_LIMIT_BYTES), signature);
        }
        const answer = await read(response);
        if (response.ok && typeof answer.text === "string" && isErrorBody(answer.text)) {
          throw this.#refusal(request, response, answer.text, signature);
        }
        return answer;
      });
    } catch (error) {
      if (error instanceof ReplicateError) throw error;
      if (signal?.aborted) throw signal.reason;
      throw errorOfSilence(request, error);
    }
  }

  async #exchange(
    request: S3Request,
    payloadHash: string,
    signature: Signature,
    signal: AbortSignal,
  ): Promise<Response> {
    const { method, body } = request;
    const headers = await this.#sign(request, payloadHash, signature);
    let bytes = body?.byteLength ?? 0;
    let status: number | null = null;
    try {
      const init = { method, headers, body, signal, redirect: "manual" } as const;
      const response = await this.#options.fetch(request.url, init);
      status = response.status;
      if (request.operation === "GET" && response.ok) bytes = Number(response.headers.get("content-length") ?? 0);
      return response;
    } finally {
      this.#options.onRequest({ operation: request.operation, bytes, status });
    }
  }

  async #sign(request: S3Request, payloadHash: string, signature: Signature): Promise<Headers> {
    const datetime = new Date(this.#options.clock.now() + signature.skewMs).toISOString().replace(/[:-]|\.\d{3}/g, "");
    const signed = await this.#clientFor(signature.credentials).sign(request.url, {
      method: request.method,
      headers: { ...this.#options.headers, ...request.headers, "x-amz-content-sha256": payloadHash },
      aws: { datetime },
    });
    const headers = new Headers(signed.headers);
    // Added after signing, because proxies rewrite it; a body that arrives compressed would hide its length.
    headers.set("accept-encoding", "identity");
    for (const [name, value] of Object.entries(request.unsignedHeaders ?? {})) headers.set(name, value);
    return headers;
  }

  /** aws4fetch keeps the day's signing key in its client, so the client is kept while the credentials last. */
  #clientFor(credentials: Credentials): AwsClient {
    if (this.#client?.credentials !== credentials) {
      const { accessKeyId, secretAccessKey, sessionToken } = credentials;
      const token = sessionToken === null ? {} : { sessionToken };
      const { region } = this.#options;
      this.#client = {
        credentials,
        aws: new AwsClient({ accessKeyId, secretAccessKey, ...token, service: "s3", region }),
      };
    }
    return this.#client.aws;
  }

  #refusal(request: S3Request, response: Response, text: string, signature: Signature): ReplicateError {
    const { secretAccessKey, sessionToken } = signature.credentials;
    const reply = parseS3Error(response.status, text, [secretAccessKey, sessionToken ?? ""]);
    return errorOfReply(request, reply, {
      retryAfterMs: this.#retryAfterMs(response.headers.get("retry-after")),
      bucketRegion: this.#otherRegion(response),
      remedied: reply.s3Code === "RequestTimeTooSkewed" && this.#learnSkew(response, signature.skewMs),
    });
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

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
