/**
 * The object store in an S3 bucket.
 *
 * @module
 */

import { type Clock, withDeadline } from "../clock.ts";
import type {
  CreateOutcome,
  ObjectInfo,
  ObjectStore,
  PutStreamOptions,
  ReadOptions,
  RequestOptions,
} from "../object_store.ts";
import type { CredentialsProvider } from "./credentials.ts";
import { ObjectDeleter } from "./delete_objects.ts";
import { listObjects } from "./list_objects.ts";
import { MultipartUpload } from "./multipart.ts";
import { objectBody } from "./object_body.ts";
import { cleanPrefix, endpointUrl, objectUrl } from "./object_url.ts";
import { cutParts, partBytesFor } from "./parts.ts";
import { type CreateCondition, type Provider, providerFor } from "./providers.ts";
import type { S3Bucket } from "./s3_bucket.ts";
import { errorOfSilence } from "./s3_error.ts";
import type { RequestObserver, S3Request } from "./s3_request.ts";
import { SignedFetch } from "./signed_fetch.ts";

/** Options of {@linkcode S3Store}. */
export interface S3StoreOptions {
  /** The bucket's name. */
  readonly bucket: string;
  /** What all keys begin with; may be empty. */
  readonly prefix: string;
  /** The service's base URL; `null` for Amazon's. */
  readonly endpoint: string | null;
  /** The region to sign for; `null` for the provider's usual one. */
  readonly region: string | null;
  /** Whether the bucket's name goes into the path; `null` for what the provider needs. */
  readonly forcePathStyle: boolean | null;
  /**
   * The header that makes a PUT a create-if-absent; `none` for a server that has no such thing: `create` then
   * overwrites and always answers `created`. Default: what the provider is known to understand.
   */
  readonly createCondition?: CreateCondition | "none";
  /** Who signs. */
  readonly credentials: CredentialsProvider;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1) for each pause between tries. */
  readonly random: () => number;
  /** Sends a request. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How long one try may take until its answer begins, and how long a body may stand still, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How many tries of one request at the most, the first included. */
  readonly maxTries: number;
  /** Is told of every HTTP request that was tried. */
  readonly onRequest?: RequestObserver;
}

/** Keeps objects in an S3 bucket. Holds no connection of its own, so there is nothing to close. */
export class S3Store implements ObjectStore {
  readonly #bucket: S3Bucket;
  readonly #provider: Provider;
  readonly #deleter: ObjectDeleter;
  readonly #clock: Clock;
  readonly #requestTimeoutMs: number;
  readonly #createHeaders: Readonly<Record<string, string>>;

  /**
   * Prepares requests; sends none.
   *
   * @param options Where, and as whom.
   * @throws {TypeError} When the endpoint is no URL.
   */
  constructor(options: S3StoreOptions) {
    const { bucket, clock } = options;
    const host = options.endpoint === null ? null : endpointUrl(options.endpoint, "").hostname;
    this.#provider = providerFor(host);
    const region = options.region ?? this.#provider.region;
    // Amazon's certificate does not cover a bucket with dots in its name as a host.
    const pathStyle = options.forcePathStyle ?? (this.#provider.pathStyle || bucket.includes("."));
    const address = {
      bucket,
      prefix: cleanPrefix(options.prefix),
      endpoint: endpointUrl(options.endpoint, region),
      pathStyle,
    };
    const http = new SignedFetch({
      ...options,
      region,
      headers: this.#provider.headers,
      fetch: options.fetch ?? fetch,
      onRequest: options.onRequest ?? ((): void => undefined),
    });
    const url = `s3://${bucket}${address.prefix === "" ? "" : `/${address.prefix}`}`;
    this.#bucket = { url, address, http };
    this.#deleter = new ObjectDeleter(this.#bucket);
    this.#clock = clock;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    const condition = options.createCondition ?? this.#provider.createCondition;
    this.#createHeaders = condition === "none" ? {} : { [condition.name]: condition.value };
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
    const reply = await this.#bucket.http.send({
      ...this.#request("create", key),
      headers: this.#createHeaders,
      body: bytes,
      accept: [412],
    }, options.signal);
    return reply.status === 412 ? "exists" : "created";
  }

  /** Writes; see {@linkcode ObjectStore.putStream}. What fits one part is a single PUT. */
  async putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
    options: PutStreamOptions,
  ): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const parts = cutParts(chunks, partBytesFor(options.sizeBoundBytes));
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

  #request(verb: string, key: string): S3Request {
    return {
      operation: "PUT",
      what: `${verb} object "${key}" in ${this.#bucket.url}`,
      isObject: false,
      method: "PUT",
      url: objectUrl(this.#bucket.address, key),
      headers: {},
      body: null,
      accept: [],
    };
  }
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
