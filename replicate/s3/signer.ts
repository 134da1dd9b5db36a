/**
 * Signing requests: Amazon's signature by aws4fetch, Google's by our own hand.
 *
 * Only what every proxy leaves alone is signed: the host, `x-amz-*` or `x-goog-*`, conditions, and `Content-MD5`. The
 * payload's hash is always signed (`UNSIGNED-PAYLOAD` is refused by some), so a body that changes on its way is refused.
 *
 * @module
 */

import { AwsClient } from "aws4fetch";
import type { Credentials } from "./credentials.ts";
import { signGoog4 } from "./goog4.ts";

/** A kind of signature: Amazon's with `x-amz-` headers, or Google's with `x-goog-` headers. They do not mix. */
export type Signature = "aws4" | "goog4";

/** What is signed. */
export interface SignableRequest {
  /** The HTTP method. */
  readonly method: string;
  /** Where to. */
  readonly url: URL;
  /** The headers to sign; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The SHA-256 of the body, in hex. */
  readonly payloadHash: string;
  /** When it is sent, in milliseconds since 1970. */
  readonly atMs: number;
}

/** Signs for one region of one service. */
export class Signer {
  readonly #signature: Signature;
  readonly #region: string;
  #client: { readonly credentials: Credentials; readonly aws: AwsClient } | null = null;

  /**
   * Signs nothing yet.
   *
   * @param signature The kind of signature.
   * @param region The region to sign for.
   */
  constructor(signature: Signature, region: string) {
    this.#signature = signature;
    this.#region = region;
  }

  /**
   * Signs a request.
   *
   * @param request The request.
   * @param credentials The keys.
   * @returns All headers to send.
   */
  async sign(request: SignableRequest, credentials: Credentials): Promise<Headers> {
    const { method, url, headers, payloadHash, atMs } = request;
    const datetime = new Date(atMs).toISOString().replace(/[:-]|\.\d{3}/g, "");
    if (this.#signature === "goog4") {
      return signGoog4({ method, url, headers, payloadHash, datetime }, { credentials, region: this.#region });
    }
    const signed = await this.#clientFor(credentials).sign(url, {
      method,
      headers: { ...headers, "x-amz-content-sha256": payloadHash },
      aws: { datetime },
    });
    return new Headers(signed.headers);
  }

  /** aws4fetch keeps the day's signing key in its client, so the client is kept while the credentials last. */
  #clientFor(credentials: Credentials): AwsClient {
    if (this.#client?.credentials !== credentials) {
      const { accessKeyId, secretAccessKey, sessionToken } = credentials;
      const token = sessionToken === null ? {} : { sessionToken };
      const region = this.#region;
      const aws = new AwsClient({ accessKeyId, secretAccessKey, ...token, service: "s3", region });
      this.#client = { credentials, aws };
    }
    return this.#client.aws;
  }
}
