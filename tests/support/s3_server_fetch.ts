/**
 * Signed requests to the S3-speaking server, or to no server at all.
 *
 * @module
 */

import { assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { S3Request } from "../../replicate/s3/s3_request.ts";
import { SignedFetch, type SignedFetchOptions } from "../../replicate/s3/signed_fetch.ts";
import type { S3Server } from "./s3_server.ts";
import { impatientClock } from "./s3_server_store.ts";

/** Makes a client whose requests the server finds genuine. */
export function fetchFor(server: S3Server, differs: Partial<SignedFetchOptions> = {}): SignedFetch {
  return new SignedFetch({
    credentials: () => Promise.resolve(server.signer),
    region: server.signer.region,
    signature: "aws4",
    secrets: [],
    headers: {},
    clock: impatientClock,
    random: () => 0.5,
    fetch,
    requestTimeoutMs: 30_000,
    maxTries: 4,
    onRequest: () => undefined,
    ...differs,
  });
}

/** A request that writes the object `key`. */
export function put(server: S3Server, differs: Partial<S3Request> = {}): S3Request {
  return {
    operation: "PUT",
    what: 'write object "key"',
    isObject: false,
    method: "PUT",
    url: new URL(`${server.endpoint}/${server.bucket}/key`),
    headers: {},
    body: new TextEncoder().encode("content"),
    accept: [],
    ...differs,
  };
}

/** Answers without a server; the last answer stays. */
export function stub(...answers: (() => Response | Promise<Response>)[]): typeof fetch {
  let calls = 0;
  return () => Promise.resolve((answers[calls++] ?? answers.at(-1))?.() ?? Response.error());
}

/** The error with which sending fails. */
export async function refusal(sending: Promise<unknown>): Promise<ReplicateError> {
  return await assertRejects(() => sending, ReplicateError);
}
