/**
 * The object store in an S3 bucket.
 *
 * @module
 */

import { type Clock, withDeadline } from "../clock.ts";
import { ReplicateError } from "../errors.ts";
import type {
  CreateOutcome,
  ObjectInfo,
  ObjectStore,
  PutStreamOptions,
  ReadOptions,
  RequestOptions,
} from "../object_store.ts";
import { ObjectDeleter } from "./delete_objects.ts";
import { listObjects } from "./list_objects.ts";
import { MultipartUpload } from "./multipart.ts";
import { objectBody } from "./object_body.ts";
import { objectHeaders } from "./object_settings.ts";
import { cleanPrefix, endpointUrl, objectUrl, refuseClearText } from "./object_url.ts";
import { cutParts, partBytesFor } from "./parts.ts";
import { type Provider, providerFor } from "./providers.ts";
import type { S3Bucket } from "./s3_bucket.ts";
import { errorOfSilence, S3ReplyError } from "./s3_error.ts";
import type { S3Request } from "./s3_request.ts";
import { SignedFetch } from "./signed_fetch.ts";
import type { S3StoreOptions } from "./store_options.ts";

export type { S3StoreOptions } from "./store_options.ts";

/** Keeps objects in an S3 bucket. Holds no connection of its own, so there is nothing to close. */
export class S3Store implements ObjectStore {
  readonly #bucket: S3Bucket;
  readonly #provider: Provider;
  readonly #deleter: ObjectDeleter;
  readonly #clock: Clock;
  readonly #requestTimeoutMs: number;
  #createHeaders: Readonly<Record<string, string>>;

  /**
   * Prepares requests; sends none.
   *
   * @param options Where, and as whom.
   * @throws {TypeError} When the endpoint is no URL.
   * @throws {ReplicateError} `bad-config` when objects cannot be kept in this way.
   */
  constructor(options: S3StoreOptions) {
    const { bucket, clock, endpoint } = options;
    const { encryption, storageClass } = options.objects ?? { encryption: null, storageClass: null };
    this.#provider = options.provider ?? providerFor(endpoint === null ? null : endpointUrl(endpoint, "").hostname);
    const { signature, createCondition, headers, batchDelete } = this.#provider;
    const region = options.region ?? this.#provider.region;
    // Amazon's certificate does not cover a bucket with dots in its name as a host.
    const pathStyle = options.forcePathStyle ?? (this.#provider.pathStyle || bucket.includes("."));
    const address = {
      bucket,
      prefix: cleanPrefix(options.prefix),
      endpoint: endpointUrl(endpoint, region),
      pathStyle,
    };
    if (encryption?.type === "customer") refuseClearText(address.endpoint);
    const http = new SignedFetch({
      ...options,
      region,
      signature,
      headers,
      secrets: encryption?.type === "customer" ? [encryption.key] : [],
      fetch: options.fetch ?? fetch,
      onRequest: options.onRequest ?? ((): void => undefined),
    });
    const url = `s3://${bucket}${address.prefix === "" ? "" : `/${address.prefix}`}`;
    this.#bucket = { url, address, http, headers: objectHeaders({ encryption, storageClass }, signature) };
    this.#deleter = new ObjectDeleter(this.#bucket, batchDelete ? "batch" : "single");
    this.#clock = clock;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    const condition = options.creates === "overwriting" ? null : createCondition;
    this.#createHeaders = condition === null ? {} : { [condition.name]: condition.value };
  }

  /** Names the bucket and the prefix, for example `s3://bucket/db`. */
  get url(): string {
    return this.#bucket.url;
  }

  /** Lists; see {@linkcode ObjectStore.list}. Every page is tried again on its own. */
  list(prefix: string, options: RequestOptions = {}): AsyncIterable<ObjectInfo> {
    return listObjects(this.#bucket, prefix, options.signal);
  }

  /** Reads; see {@linkcode ObjectStore.read}. An offset at or beyond the end gives an empty stream. */
  async read(key: string, options: ReadOptions = {}): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const offset = options.offset ?? 0;
    const request: S3Request = {
      ...this.#request("read", key),
      operation: "GET",
      isObject: true,
      method: "GET",
      headers: this.#bucket.headers.read,
      unsignedHeaders: offset > 0 ? { range: `bytes=${offset}-` } : {},
      accept: offset > 0 ? [416] : [],
    };
    const response = await this.#bucket.http.open(request, options.signal);
    if (response.status === 416) {
      await response.body?.cancel();
      return new Blob([]).stream();
    }
    return objectBody(response, {
      skipBytes: response.status === 206 ? 0 : offset,
      idleTimeoutMs: this.#requestTimeoutMs,
      clock: this.#clock,
      signal: options.signal,
      fail: (cause) => errorOfSilence(request, cause),
    });
  }

  /**
   * Creates; see {@linkcode ObjectStore.create}.
   *
   * A provider without conditional writes answers 501 (`store-refused`, with an `S3ReplyError` as its cause), or
   * ignores the condition and overwrites: probe before relying on it.
   */
  async create(key: string, bytes: Uint8Array<ArrayBuffer>, options: RequestOptions = {}): Promise<CreateOutcome> {
    const request = this.#request("create", key);
    try {
      const reply = await this.#bucket.http.send({
        ...request,
        headers: { ...request.headers, ...this.#createHeaders },
        body: bytes,
        accept: [412],
      }, options.signal);
      return reply.status === 412 ? "exists" : "created";
    } catch (error) {
      // Amazon means a race that is not decided yet; with others it is how the loser learns that it is decided.
      if (statusOf(error) === 409 && await this.#isThere(key, options.signal)) return "exists";
      throw error;
    }
  }

  /** Sends no condition any more; see {@linkcode ObjectStore.createOverwriting}. */
  createOverwriting(): void {
    this.#createHeaders = {};
  }

  /** Writes; see {@linkcode ObjectStore.putStream}. What fits one part is a single PUT. */
  async putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
    options: PutStreamOptions,
  ): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const parts = cutParts(chunks, partBytesFor(options.sizeBoundBytes, this.#provider.partsMax));
    try {
      const head = await take(parts, 2);
      if (head.length === 1) {
        const body = head[0] ?? null;
        await this.#bucket.http.send({ ...this.#request("write", key), body }, signal);
      } else {
        await this.#putParts(key, chain(head, parts), signal);
      }
    } finally {
      await parts.return();
    }
  }

  /** Deletes; see {@linkcode ObjectStore.delete}. */
  delete(keys: readonly string[], options: RequestOptions = {}): Promise<void> {
    return this.#deleter.delete(keys, options.signal);
  }

  async #putParts(
    key: string,
    parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const upload = await MultipartUpload.begin(this.#bucket, key, signal);
    try {
      await upload.sendParts(parts, this.#provider.partsInFlight, signal);
      await upload.complete(signal);
    } catch (error) {
      // Without the caller's signal, which may be why we are here. If this fails too, the parts stay invisible, and
      // the first failure is the one to report.
      await withDeadline(this.#clock, this.#requestTimeoutMs, undefined, (limit) => upload.abort(limit)).catch(
        () => {},
      );
      throw error;
    }
  }

  async #isThere(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { headers } = this.#bucket;
    const request = { ...this.#request("look at", key), headers: headers.read, accept: [404] };
    return (await this.#bucket.http.send({ ...request, operation: "HEAD", method: "HEAD" }, signal)).status === 200;
  }

  #request(verb: string, key: string): S3Request {
    return {
      operation: "PUT",
      what: `${verb} object "${key}" in ${this.#bucket.url}`,
      isObject: false,
      method: "PUT",
      url: objectUrl(this.#bucket.address, key),
      headers: this.#bucket.headers.write,
      body: null,
      accept: [],
    };
  }
}

function statusOf(error: unknown): number | null {
  return error instanceof ReplicateError && error.cause instanceof S3ReplyError ? error.cause.status : null;
}

async function take<T>(source: AsyncIterator<T, void>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await source.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** Empties the list as it goes, so that a part's memory is free once it was sent. */
async function* chain<T>(head: T[], rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  for (let next = head.shift(); next !== undefined; next = head.shift()) yield next;
  yield* rest;
}
