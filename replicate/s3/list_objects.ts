/**
 * Listing a bucket: ListObjectsV2, page by page.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import type { ObjectInfo } from "../object_store.ts";
import { bucketUrl, joinKey, type Query } from "./object_url.ts";
import type { S3Bucket } from "./s3_bucket.ts";
import { childElements, childText, parseXml, type XmlElement } from "./xml.ts";

/** One page of a listing. Keys are the bucket's, prefix included. */
export interface ListPage {
  /** The objects, in the server's order. */
  readonly objects: readonly ObjectInfo[];
  /** What to ask for to get the next page; `null` when this one is the last. */
  readonly next: Query | null;
}

/**
 * Lists all objects whose key begins with a prefix. Every page is tried again on its own.
 *
 * @param bucket The bucket.
 * @param prefix What the keys begin with, relative to the bucket's prefix; may end within a name.
 * @param signal Gives up.
 * @returns The objects in ascending order of their keys' UTF-8 bytes, keys relative to the bucket's prefix.
 * @throws {ReplicateError} `store-unavailable` or `store-refused`.
 */
export async function* listObjects(
  bucket: S3Bucket,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo, void> {
  const what = `list "${prefix}" in ${bucket.url}`;
  const root = joinKey(bucket.address.prefix, "");
  const query: Query = { "list-type": "2", "encoding-type": "url", prefix: joinKey(bucket.address.prefix, prefix) };
  for (let next: Query | null = {}; next !== null;) {
    const reply = await bucket.http.send({
      operation: "LIST",
      what,
      isObject: false,
      method: "GET",
      url: bucketUrl(bucket.address, { ...query, ...next }),
      headers: {},
      body: null,
      accept: [],
    }, signal);
    const page = readPage(reply.text, what);
    for (const object of page.objects) {
      if (object.key.startsWith(root)) yield { ...object, key: object.key.slice(root.length) };
    }
    if (page.next !== null && sameQuery(page.next, next)) {
      throw new ReplicateError("store-refused", `Cannot ${what} as the server sends the same page again and again`);
    }
    next = page.next;
  }
}

/**
 * Reads one page.
 *
 * With `encoding-type=url` keys come URL-encoded, a space as `+` or `%20`; a server that ignores the parameter
 * leaves `EncodingType` out, and its keys are taken as they are.
 *
 * @param text The reply's body.
 * @returns The page.
 * @throws {SyntaxError} When it is no complete list.
 */
export function parseListPage(text: string): ListPage {
  const list = parseXml(text, "ListBucketResult");
  const encoded = childText(list, "EncodingType")?.trim() === "url";
  const objects = childElements(list, "Contents").map((element) => parseObject(element, encoded));
  if (childText(list, "IsTruncated")?.trim() !== "true") return { objects, next: null };
  const token = childText(list, "NextContinuationToken");
  if (token !== null && token !== "") return { objects, next: { "continuation-token": token } };
  const last = objects.at(-1);
  if (last === undefined) throw new SyntaxError("Cannot continue the list as the page is empty and has no token");
  return { objects, next: { "start-after": last.key } };
}

function parseObject(element: XmlElement, encoded: boolean): ObjectInfo {
  const key = childText(element, "Key");
  const size = Number(childText(element, "Size") ?? NaN);
  const modifiedAtMs = Date.parse(childText(element, "LastModified")?.trim() ?? "");
  if (key === null || !Number.isSafeInteger(size) || Number.isNaN(modifiedAtMs)) {
    throw new SyntaxError("Cannot read the list as an entry lacks its key, size or time");
  }
  return { key: encoded ? decodeKey(key) : key, size, modifiedAtMs };
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", "%20"));
  } catch (cause) {
    throw new SyntaxError(`Cannot read the list as the key "${key}" must be URL-encoded`, { cause });
  }
}

function readPage(text: string, what: string): ListPage {
  try {
    return parseListPage(text);
  } catch (cause) {
    // A proxy's page, or a bug of the server: another time it may be right.
    const message = `Cannot ${what} as the server's list is unreadable`;
    throw new ReplicateError("store-unavailable", message, { retryable: true, cause });
  }
}

function sameQuery(one: Query, other: Query): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
