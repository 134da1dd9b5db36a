/**
 * What the S3-speaking server does with a request that was found to be genuine.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { S3Call } from "./s3_server_call.ts";
import type { S3Objects, StoredObject } from "./s3_server_objects.ts";
import { CustomerKeys } from "./s3_server_encryption.ts";
import { S3Uploads } from "./s3_server_uploads.ts";
import { emptyAnswer, errorAnswer, readElements, type S3Answer, xmlAnswer, xmlText } from "./s3_server_xml.ts";

/** What this server can do, and how; tests may change it at any time. */
export interface BucketBehaviour {
  /** The most objects in one page of a listing. */
  pageSize: number;
  /**
   * What becomes of `If-None-Match: *` on a PUT: some servers ignore it, some answer 501, and some judge by what they have
   * only when `x-tigris-consistent` sends the request to the leader. `google` honours a condition of its own instead.
   */
  conditionalPut: "atomic" | "ignored" | "not-implemented" | "conflict" | "leader-only" | "google";
  /** DeleteObjects: answered 501 by some; `silent` answers 200 and does nothing. */
  batchDelete: "works" | "not-implemented" | "silent";
  /** Keys that DeleteObjects and DeleteObject refuse to delete, with the code that they answer. */
  undeletable: Map<string, string>;
  /** Whether `Range` is ignored. */
  ignoreRange: boolean;
  /** Whether `encoding-type=url` is ignored. */
  ignoreEncodingType: boolean;
  /** The most parts of one upload. */
  partsMax: number;
  /** The least size of all parts but the last, in bytes. */
  readonly minPartBytes: number;
}

/** A bucket: carries requests out. Every one is atomic, as nothing in here waits. */
export class S3ServerBucket {
  readonly #objects: S3Objects;
  readonly #behaviour: BucketBehaviour;
  readonly #keys = new CustomerKeys();
  /** The multipart uploads that are under way. */
  readonly uploads: S3Uploads;

  /**
   * @param objects The objects.
   * @param behaviour What the server can do.
   */
  constructor(objects: S3Objects, behaviour: BucketBehaviour) {
    this.#objects = objects;
    this.#behaviour = behaviour;
    this.uploads = new S3Uploads(objects, behaviour);
  }

  /** Carries a request out. */
  answer(call: S3Call): S3Answer {
    const md5 = call.headers["content-md5"];
    if (md5 !== undefined && createHash("md5").update(call.body).digest("base64") !== md5) {
      return errorAnswer(400, "BadDigest");
    }
    if (call.method !== "GET" && call.method !== "HEAD" && call.method !== "DELETE") {
      if (call.headers["content-length"] === undefined) return errorAnswer(411, "MissingContentLength");
    }
    const uploadId = call.query.get("uploadId") ?? "";
    switch (call.operation) {
      case "PutObject":
        return this.#put(call);
      case "GetObject":
      case "HeadObject":
        return this.#get(call);
      case "DeleteObject":
        return this.#delete(call);
      case "DeleteObjects":
        return this.#deleteMany(call);
      case "ListObjectsV2":
        return this.#list(call);
      case "CreateMultipartUpload":
        return this.#keys.remember(call.key, call.headers) ?? this.uploads.create(call.key);
      case "UploadPart":
        return this.#keys.refuse(call.key, call.headers) ??
          this.uploads.uploadPart(uploadId, Number(call.query.get("partNumber")), call.body);
      case "CompleteMultipartUpload":
        return this.uploads.complete(uploadId, call.key, new TextDecoder().decode(call.body));
      case "AbortMultipartUpload":
        return this.uploads.abort(uploadId);
      case "unknown":
        return errorAnswer(501, "NotImplemented");
    }
    return call.operation satisfies never;
  }

  #put(call: S3Call): S3Answer {
    const refusal = this.#judge(call) ?? this.#keys.remember(call.key, call.headers);
    return refusal ?? emptyAnswer(200, { etag: `"${this.#objects.put(call.key, call.body).etag}"` });
  }

  /** Whether the condition of a PUT holds; `null` when it does, or there is none. */
  #judge({ key, headers }: S3Call): S3Answer | null {
    const exists = this.#objects.get(key) !== undefined;
    const isConditional = headers["if-none-match"] === "*";
    switch (this.#behaviour.conditionalPut) {
      case "atomic":
        return isConditional && exists ? errorAnswer(412, "PreconditionFailed") : null;
      case "leader-only":
        return isConditional && exists && headers["x-tigris-consistent"] === "true"
          ? errorAnswer(412, "PreconditionFailed")
          : null;
      case "google":
        return headers["x-goog-if-generation-match"] === "0" && exists ? errorAnswer(412, "PreconditionFailed") : null;
      case "conflict":
        return isConditional && exists ? errorAnswer(409, "OperationAborted") : null;
      case "not-implemented":
        return headers["if-none-match"] === undefined ? null : errorAnswer(501, "NotImplemented");
      case "ignored":
        return null;
    }
  }

  #get(call: S3Call): S3Answer {
    const object = this.#objects.get(call.key);
    if (object === undefined) return errorAnswer(404, "NoSuchKey");
    const locked = this.#keys.refuse(call.key, call.headers);
    if (locked !== null) return locked;
    const headers = { etag: `"${object.etag}"`, "last-modified": new Date(object.modifiedAtMs).toUTCString() };
    const range = /^bytes=(\d+)-$/.exec(call.headers["range"] ?? "");
    if (range === null || this.#behaviour.ignoreRange) return { status: 200, headers, body: object.bytes };
    return ranged(object, Number(range[1]), headers);
  }

  #delete(call: S3Call): S3Answer {
    const refusal = this.#behaviour.undeletable.get(call.key);
    if (refusal !== undefined) return errorAnswer(refusal === "InternalError" ? 500 : 403, refusal);
    this.#objects.delete(call.key);
    return emptyAnswer(204);
  }

  #deleteMany(call: S3Call): S3Answer {
    if (this.#behaviour.batchDelete === "not-implemented") return errorAnswer(501, "NotImplemented");
    if (call.headers["content-md5"] === undefined) return errorAnswer(400, "MissingContentMD5");
    const keys = readElements(new TextDecoder().decode(call.body), "Key");
    if (keys.length === 0 || keys.length > 1000) return errorAnswer(400, "MalformedXML");
    if (this.#behaviour.batchDelete === "silent") return xmlAnswer("DeleteResult", "");
    const results = keys.map((key) => {
      const refusal = this.#behaviour.undeletable.get(key);
      if (refusal !== undefined) {
        return `<Error><Key>${xmlText(key)}</Key><Code>${refusal}</Code><Message>No</Message></Error>`;
      }
      this.#objects.delete(key);
      return `<Deleted><Key>${xmlText(key)}</Key></Deleted>`;
    });
    return xmlAnswer("DeleteResult", results.join(""));
  }

  #list(call: S3Call): S3Answer {
    const { query } = call;
    const prefix = query.get("prefix") ?? "";
    const token = query.get("continuation-token");
    const after = token === undefined
      ? query.get("start-after")
      : new TextDecoder().decode(Uint8Array.fromBase64(token));
    const matching = this.#objects.keys().filter((key) => key.startsWith(prefix));
    const start = after === undefined ? 0 : matching.indexOf(after) + 1;
    const limit = Math.min(this.#behaviour.pageSize, Number(query.get("max-keys") ?? 1000));
    const page = matching.slice(start, start + limit);
    const truncated = start + limit < matching.length;
    const encoded = query.get("encoding-type") === "url" && !this.#behaviour.ignoreEncodingType;
    const contents = page.map((key) => {
      const object = this.#objects.get(key);
      return object === undefined ? "" : listEntry(encoded ? encodeListKey(key) : key, object);
    });
    const next = new TextEncoder().encode(page.at(-1) ?? "").toBase64();
    return xmlAnswer(
      "ListBucketResult",
      `<Name>${xmlText(call.bucket)}</Name><Prefix>${xmlText(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>` +
        `<MaxKeys>1000</MaxKeys>${encoded ? "<EncodingType>url</EncodingType>" : ""}` +
        `<IsTruncated>${truncated}</IsTruncated>` +
        (truncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : "") + contents.join(""),
    );
  }
}

function ranged(object: StoredObject, offset: number, headers: Readonly<Record<string, string>>): S3Answer {
  const size = object.bytes.length;
  if (offset >= size) return errorAnswer(416, "InvalidRange");
  const range = { "content-range": `bytes ${offset}-${size - 1}/${size}` };
  return { status: 206, headers: { ...headers, ...range }, body: object.bytes.subarray(offset) };
}

function listEntry(key: string, object: StoredObject): string {
  const time = new Date(object.modifiedAtMs).toISOString();
  return `<Contents><Key>${xmlText(key)}</Key><LastModified>${time}</LastModified>` +
    `<ETag>&quot;${object.etag}&quot;</ETag><Size>${object.bytes.length}</Size>` +
    `<StorageClass>STANDARD</StorageClass></Contents>`;
}

/** As Amazon does it: a space becomes "+", a slash stays. */
function encodeListKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
}
