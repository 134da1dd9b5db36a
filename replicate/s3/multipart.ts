/**
 * Uploading a stream in parts, in bounded memory.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { ReplicateError } from "../errors.ts";
import { release } from "../release.ts";
import { objectUrl, type Query } from "./object_url.ts";
import type { S3Bucket } from "./s3_bucket.ts";
import type { S3Reply, S3Request } from "./s3_request.ts";
import { childText, escapeXml, parseXml } from "./xml.ts";

/** One multipart upload, from its beginning to its completion or its end without effect. */
export class MultipartUpload {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #uploadId: string;
  readonly #etags: string[] = [];
  #sizeBytes = 0;

  private constructor(bucket: S3Bucket, key: string, uploadId: string) {
    this.#bucket = bucket;
    this.#key = key;
    this.#uploadId = uploadId;
  }

  /**
   * Begins an upload. When the server's answer is lost, an upload that nobody completes stays behind: the
   * bucket's rule for incomplete uploads removes it.
   *
   * @param bucket The bucket.
   * @param key The object's key.
   * @param signal Gives up.
   * @returns The upload.
   * @throws {ReplicateError} When the server refuses, or does not answer.
   */
  static async begin(bucket: S3Bucket, key: string, signal: AbortSignal | undefined): Promise<MultipartUpload> {
    const what = `begin the upload of object "${key}" in ${bucket.url}`;
    const { write: headers } = bucket.headers;
    const base = { operation: "PUT", what, isObject: false, headers, body: null, accept: [] } as const;
    const reply = await bucket.http.send(
      { ...base, method: "POST", url: objectUrl(bucket.address, key, { uploads: "" }) },
      signal,
    );
    const uploadId = readField(reply, "InitiateMultipartUploadResult", "UploadId");
    if (uploadId !== null) return new MultipartUpload(bucket, key, uploadId);
    throw new ReplicateError("store-unavailable", `Cannot ${what} as the server's answer has no upload id`, {
      retryable: true,
    });
  }

  /**
   * Uploads parts, several at once. Holds as many of them as are in flight, and one more that is being cut; frees the
   * memory of each as soon as it was sent.
   *
   * @param parts The parts in order, given away for good.
   * @param partsInFlight How many at once.
   * @param signal Gives up.
   * @throws The first failure of a part, or of the source of the parts; nothing is in flight then.
   */
  async sendParts(
    parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
    partsInFlight: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const failed = new AbortController();
    const limit = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const running = new Set<Promise<void>>();
    try {
      for await (const part of parts) {
        while (running.size >= partsInFlight) await Promise.race(running);
        limit.throwIfAborted();
        const index = this.#etags.push("") - 1;
        this.#sizeBytes += part.byteLength;
        const upload = this.#sendPart(index, part, limit).finally(() => {
          running.delete(upload);
          release(part);
        });
        // Seen by whoever waits for it next; the first failure stops the others.
        upload.catch((error) => failed.abort(error));
        running.add(upload);
      }
      await Promise.all(running);
    } catch (error) {
      failed.abort(error);
      await Promise.allSettled(running);
      throw error;
    }
  }

  /**
   * Makes the object visible.
   *
   * An answer may be lost after the server has done it, and the next try then finds no such upload: the object
   * itself tells whether it is ours.
   *
   * @param signal Gives up.
   * @throws {ReplicateError} When the server refuses, or it stays unknown what became of the upload.
   */
  async complete(signal: AbortSignal | undefined): Promise<void> {
    const list = this.#etags.map((etag, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`
    );
    const body = new TextEncoder().encode(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join("")}` +
        `</CompleteMultipartUpload>`,
    );
    const request = this.#request("complete the upload of", "POST", { uploadId: this.#uploadId }, body);
    const reply = await this.#bucket.http.send({
      ...request,
      unsignedHeaders: { "content-type": "application/xml" },
      accept: [404],
    }, signal);
    // The body of a 200 is written while the server works: it may be an error (`SignedFetch` sees to that) or cut off.
    if (readField(reply, "CompleteMultipartUploadResult", "ETag") !== null) return;
    if (await this.#isVisible(signal)) return;
    throw new ReplicateError("store-unavailable", `Cannot ${request.what} as the server lost the upload`, {
      retryable: true,
    });
  }

  /**
   * Throws the parts away.
   *
   * @param signal Gives up.
   * @throws {ReplicateError} When the server refuses, or does not answer.
   */
  async abort(signal: AbortSignal | undefined): Promise<void> {
    const request = this.#request("give up the upload of", "DELETE", { uploadId: this.#uploadId }, null);
    await this.#bucket.http.send({ ...request, operation: "DELETE", accept: [404] }, signal);
  }

  async #sendPart(index: number, part: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const query = { partNumber: String(index + 1), uploadId: this.#uploadId };
    const request = this.#request(`upload part ${index + 1} of`, "PUT", query, part);
    const { part: headers } = this.#bucket.headers;
    const etag = (await this.#bucket.http.send({ ...request, headers }, signal)).headers.get("etag");
    if (etag === null) {
      throw new ReplicateError("store-refused", `Cannot ${request.what} as the server's answer has no ETag`);
    }
    this.#etags[index] = etag;
  }

  async #isVisible(signal: AbortSignal | undefined): Promise<boolean> {
    const request = { ...this.#request("look at", "HEAD", {}, null), headers: this.#bucket.headers.read };
    const { status, headers } = await this.#bucket.http.send({ ...request, operation: "HEAD", accept: [404] }, signal);
    return status === 200 && Number(headers.get("content-length")) === this.#sizeBytes &&
      headers.get("etag")?.replaceAll('"', "") === multipartEtag(this.#etags);
  }

  #request(verb: string, method: S3Request["method"], query: Query, body: Uint8Array<ArrayBuffer> | null): S3Request {
    const { address, url: store } = this.#bucket;
    const what = `${verb} object "${this.#key}" in ${store}`;
    const url = objectUrl(address, this.#key, query);
    return { operation: "PUT", what, isObject: false, method, url, headers: {}, body, accept: [] };
  }
}

/**
 * The ETag of an object that was uploaded in parts: the MD5 of the parts' MD5s, and their number (Amazon S3 User
 * Guide, "Checking object integrity"). With some kinds of encryption ETags are something else: then nothing equals it.
 */
function multipartEtag(etags: readonly string[]): string {
  const hash = createHash("md5");
  for (const etag of etags) hash.update(etag.replaceAll('"', ""), "hex");
  return `${hash.digest("hex")}-${etags.length}`;
}

function readField(reply: S3Reply, root: string, name: string): string | null {
  try {
    return childText(parseXml(reply.text, root), name);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
