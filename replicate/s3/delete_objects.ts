/**
 * Deleting: in batches where the server can, one by one where it cannot.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { ReplicateError } from "../errors.ts";
import { bucketUrl, joinKey, objectUrl } from "./object_url.ts";
import type { S3Bucket } from "./s3_bucket.ts";
import { isRetryable, S3ReplyError } from "./s3_error.ts";
import type { S3Reply } from "./s3_request.ts";
import { childElements, childText, escapeXml, parseXml } from "./xml.ts";

/** As many keys as DeleteObjects takes (Amazon S3 API Reference, DeleteObjects). */
const BATCH_KEYS = 1000;
/** How many single deletions are under way at once. */
const SINGLES_IN_FLIGHT = 4;
/** What servers say that have no DeleteObjects as we know it. */
const NO_BATCH_STATUSES: readonly number[] = [405, 411, 501];
/** The same, in the codes of a 400. */
const NO_BATCH_CODES: ReadonlySet<string> = new Set([
  "InvalidArgument",
  "InvalidRequest",
  "MalformedXML",
  "MethodNotAllowed",
  "MissingContentLength",
  "MissingContentMD5",
  "NotImplemented",
]);

/** Whether several objects go into one request. */
export type DeleteForm = "batch" | "single";

/** Deletes objects of a bucket, and remembers what the server is able to. */
export class ObjectDeleter {
  readonly #bucket: S3Bucket;
  #form: DeleteForm;

  /**
   * Deletes nothing yet.
   *
   * @param bucket The bucket.
   * @param form How to begin: the server is expected to know batches until it says no.
   */
  constructor(bucket: S3Bucket, form: DeleteForm) {
    this.#bucket = bucket;
    this.#form = form;
  }

  /**
   * Deletes objects. A key without an object is no error.
   *
   * @param keys The keys, relative to the bucket's prefix.
   * @param signal Gives up.
   * @throws {ReplicateError} When any of them could not be deleted; names the first.
   */
  async delete(keys: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    for (let start = 0; start < keys.length; start += BATCH_KEYS) {
      const batch = keys.slice(start, start + BATCH_KEYS);
      const left = this.#form === "batch" && batch.length > 1 ? await this.#deleteBatch(batch, signal) : batch;
      await this.#deleteSingly(left, signal);
    }
  }

  /** Returns the keys that are worth a request of their own. */
  async #deleteBatch(keys: readonly string[], signal: AbortSignal | undefined): Promise<readonly string[]> {
    const what = `delete ${keys.length} objects in ${this.#bucket.url}`;
    try {
      return this.#leftOver(keys, await this.#sendBatch(keys, what, signal), what);
    } catch (error) {
      if (!(error instanceof ReplicateError) || !meansNoBatch(error.cause)) throw error;
      this.#form = "single";
      return keys;
    }
  }

  #sendBatch(keys: readonly string[], what: string, signal: AbortSignal | undefined): Promise<S3Reply> {
    const { address, http } = this.#bucket;
    const objects = keys.map((key) => `<Object><Key>${escapeXml(joinKey(address.prefix, key))}</Key></Object>`);
    const body = new TextEncoder().encode(
      `<?xml version="1.0" encoding="UTF-8"?>` +
        `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects.join("")}<Quiet>false</Quiet></Delete>`,
    );
    return http.send({
      operation: "DELETE",
      what,
      isObject: false,
      method: "POST",
      url: bucketUrl(address, { delete: "" }),
      // WebCrypto has no MD5; Backblaze, MinIO and buckets with object lock demand it.
      headers: { "content-md5": createHash("md5").update(body).digest("base64") },
      unsignedHeaders: { "content-type": "application/xml" },
      body,
      accept: [],
    }, signal);
  }

  /**
   * A 200 says only that the batch was read; each key has a result of its own. A key whose deletion may succeed
   * on another try is returned, and so is one that the server does not mention: some have answered so without
   * deleting anything (litestream #976).
   */
  #leftOver(keys: readonly string[], reply: S3Reply, what: string): readonly string[] {
    const { prefix } = this.#bucket.address;
    try {
      const result = parseXml(reply.text, "DeleteResult");
      const done = new Set(childElements(result, "Deleted").map((element) => childText(element, "Key")));
      for (const element of childElements(result, "Error")) {
        const code = childText(element, "Code") ?? "";
        const key = childText(element, "Key");
        if (code === "NoSuchKey") done.add(key);
        // The status of a failure inside a 200 is unknown: only its code can speak for another try.
        else if (!isRetryable(400, code)) {
          throw this.#keyRefused(key ?? "", new S3ReplyError(reply.status, code, childText(element, "Message") ?? ""));
        }
      }
      return keys.filter((key) => !done.has(joinKey(prefix, key)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const message = `Cannot ${what} as the server's answer is unreadable`;
      throw new ReplicateError("store-unavailable", message, { retryable: true, cause: error });
    }
  }

  #keyRefused(bucketKey: string, cause: S3ReplyError): ReplicateError {
    const key = bucketKey.slice(joinKey(this.#bucket.address.prefix, "").length);
    const message = `Cannot delete object "${key}" in ${this.#bucket.url} as the server refuses it; ` +
      "check that these credentials may delete objects";
    return new ReplicateError("store-refused", message, { cause });
  }

  async #deleteSingly(keys: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const queue = keys.entries();
    const failures: { readonly index: number; readonly error: unknown }[] = [];
    const work = async (): Promise<void> => {
      for (const [index, key] of queue) {
        if (failures.length > 0) return;
        await this.#deleteOne(key, signal).catch((error) => failures.push({ index, error }));
      }
    };
    await Promise.all(Array.from({ length: SINGLES_IN_FLIGHT }, work));
    const [first] = failures.sort((one, other) => one.index - other.index);
    if (first !== undefined) throw first.error;
  }

  async #deleteOne(key: string, signal: AbortSignal | undefined): Promise<void> {
    const { address, http, url: store } = this.#bucket;
    try {
      await http.send({
        operation: "DELETE",
        what: `delete object "${key}" in ${store}`,
        isObject: true,
        method: "DELETE",
        url: objectUrl(address, key),
        headers: {},
        body: null,
        accept: [],
      }, signal);
    } catch (error) {
      if (!(error instanceof ReplicateError) || error.code !== "object-missing") throw error;
    }
  }
}

function meansNoBatch(cause: unknown): boolean {
  if (!(cause instanceof S3ReplyError)) return false;
  return NO_BATCH_STATUSES.includes(cause.status) || (cause.status === 400 && NO_BATCH_CODES.has(cause.s3Code));
}
