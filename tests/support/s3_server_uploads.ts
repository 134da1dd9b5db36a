/**
 * The multipart uploads of the S3-speaking server.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { md5Hex, type S3Objects } from "./s3_server_objects.ts";
import { emptyAnswer, errorAnswer, readElements, type S3Answer, xmlAnswer, xmlText } from "./s3_server_xml.ts";

interface Upload {
  readonly key: string;
  readonly parts: Map<number, { readonly bytes: Uint8Array; readonly etag: string }>;
}

/** What the parts of an upload must be like. */
export interface UploadLimits {
  /** The most parts of one upload. */
  readonly partsMax: number;
  /** The least size of all parts but the last, in bytes. */
  readonly minPartBytes: number;
}

/** The uploads that are under way. */
export class S3Uploads {
  readonly #objects: S3Objects;
  readonly #limits: UploadLimits;
  readonly #uploads = new Map<string, Upload>();
  #count = 0;

  /**
   * @param objects Where completed uploads go.
   * @param limits What parts must be like.
   */
  constructor(objects: S3Objects, limits: UploadLimits) {
    this.#objects = objects;
    this.#limits = limits;
  }

  /** How many uploads are neither completed nor aborted. */
  get size(): number {
    return this.#uploads.size;
  }

  /** CreateMultipartUpload. */
  create(key: string): S3Answer {
    const id = `upload-${++this.#count}+/=`;
    this.#uploads.set(id, { key, parts: new Map() });
    return xmlAnswer("InitiateMultipartUploadResult", `<Key>${xmlText(key)}</Key><UploadId>${id}</UploadId>`);
  }

  /** UploadPart. */
  uploadPart(id: string, partNumber: number, bytes: Uint8Array): S3Answer {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return errorAnswer(404, "NoSuchUpload");
    if (!(partNumber >= 1 && partNumber <= this.#limits.partsMax)) return errorAnswer(400, "InvalidArgument");
    const etag = md5Hex(bytes);
    upload.parts.set(partNumber, { bytes, etag });
    return emptyAnswer(200, { etag: `"${etag}"` });
  }

  /** CompleteMultipartUpload. */
  complete(id: string, key: string, body: string): S3Answer {
    const upload = this.#uploads.get(id);
    if (upload === undefined || upload.key !== key) return errorAnswer(404, "NoSuchUpload");
    const numbers = readElements(body, "PartNumber").map(Number);
    const etags = readElements(body, "ETag").map((etag) => etag.replaceAll('"', ""));
    if (numbers.length === 0) return errorAnswer(400, "MalformedXML");
    const parts: Uint8Array[] = [];
    const digest = createHash("md5");
    for (const [index, number] of numbers.entries()) {
      const part = upload.parts.get(number);
      if (part === undefined || part.etag !== etags[index]) return errorAnswer(400, "InvalidPart");
      if (index > 0 && number <= (numbers[index - 1] ?? 0)) return errorAnswer(400, "InvalidPartOrder");
      if (index < numbers.length - 1 && part.bytes.length < this.#limits.minPartBytes) {
        return errorAnswer(400, "EntityTooSmall");
      }
      parts.push(part.bytes);
      digest.update(part.etag, "hex");
    }
    const etag = `${digest.digest("hex")}-${parts.length}`;
    this.#objects.put(key, concat(parts), etag);
    this.#uploads.delete(id);
    return xmlAnswer("CompleteMultipartUploadResult", `<Key>${xmlText(key)}</Key><ETag>&quot;${etag}&quot;</ETag>`);
  }

  /** AbortMultipartUpload. */
  abort(id: string): S3Answer {
    return this.#uploads.delete(id) ? emptyAnswer(204) : errorAnswer(404, "NoSuchUpload");
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
