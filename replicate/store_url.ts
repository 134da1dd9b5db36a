/**
 * Replica URLs: where a replica lives, as one line of text. Nothing is opened or asked for in here.
 *
 * The forms are those of Litestream v0.3: `s3://BUCKET/PATH`, where the host may be that of a known provider, and
 * `file:///PATH`, `file:PATH` or a bare path. See its guides, and `ParseHost` in its `s3/replica_client.go`. A query may
 * follow: `?region=…&endpoint=…&force-path-style=true&sse=…&sse-kms-key-id=…&storage-class=…`.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { S3Encryption } from "./s3/object_settings.ts";
import { parseBucketHost } from "./s3/providers.ts";

/** A replica in a bucket. */
export interface S3Location {
  /** What kind of place it is. */
  readonly type: "s3";
  /** The bucket's name. */
  readonly bucket: string;
  /** What all keys begin with; no slash at either end; may be empty. */
  readonly path: string;
  /** The service's base URL; `null` when the URL does not say: Amazon's, or what is configured elsewhere. */
  readonly endpoint: string | null;
  /** The region; `null` when the URL does not say. */
  readonly region: string | null;
  /** Whether the bucket's name goes into the path of requests; `null` when the URL does not say. */
  readonly forcePathStyle: boolean | null;
  /** The encryption that is asked of the server; `null` when the URL does not say. */
  readonly encryption: RequestedEncryption | null;
  /** The storage class of new objects; `null` when the URL does not say. */
  readonly storageClass: string | null;
}

/** Encryption as a URL can ask for it: a key of one's own is in the environment. */
export type RequestedEncryption = Exclude<S3Encryption, { readonly type: "customer" }> | {
  /** Who keeps the key. */
  readonly type: "customer";
};

/** A replica in a folder. */
export interface FileLocation {
  /** What kind of place it is. */
  readonly type: "file";
  /** The folder. */
  readonly path: string;
}

/** Where a replica lives. */
export type ReplicaLocation = S3Location | FileLocation;

/** What may follow "as it must be". */
const FORMS = '"s3://BUCKET/PATH", "file:///PATH", "file:PATH" or a path';

/**
 * Reads a replica URL.
 *
 * @param text The URL, or a bare path.
 * @returns Where the replica lives.
 * @throws {ReplicateError} `bad-config`, when it is none of the known forms. The message holds no secret.
 */
export function parseReplicaUrl(text: string): ReplicaLocation {
  const match = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text);
  if (match === null) {
    if (text.trim() === "") throw problem(text, `it must be ${FORMS}`);
    return { type: "file", path: text };
  }
  const [, scheme = "", rest = ""] = match;
  switch (scheme.toLowerCase()) {
    case "s3":
      return parseS3(text, rest);
    case "file":
      return parseFile(text, rest);
    default:
      throw problem(text, `its scheme must be "s3" or "file"`);
  }
}

/**
 * Writes a location as a URL that {@linkcode parseReplicaUrl} reads, settings left out.
 *
 * @param location Where the replica lives.
 * @returns The URL; it holds no secret.
 */
export function formatReplicaUrl(location: ReplicaLocation): string {
  if (location.type === "file") {
    const path = location.path.replace(/[%?#]/g, encodeURIComponent);
    return path.startsWith("/") ? `file://${path}` : `file:${path}`;
  }
  const path = location.path.split("/").map(encodeURIComponent).join("/");
  return `s3://${location.bucket}${path === "" ? "" : `/${path}`}`;
}

/**
 * Makes a text that was meant to be a URL fit for a message: without user, password and query.
 *
 * @param text Anything.
 * @returns The text with these parts replaced by an ellipsis.
 */
export function redactUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:)?\/\/.*@/is, "$1//…@").replace(/[?#].*$/s, "?…");
}

function parseS3(text: string, rest: string): S3Location {
  const match = /^\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?$/.exec(rest);
  const [, authority = "", rawPath = "", query = ""] = match ?? [];
  if (match === null || authority === "") throw problem(text, 'it must be "s3://BUCKET/PATH"');
  if (authority.includes("@")) {
    throw problem(text, "credentials must be given as variables, not in the URL");
  }
  const place = { ...parseBucket(text, authority), path: cleanPath(decode(text, rawPath)) };
  const settings = readSettings(text, query);
  const { endpoint = place.endpoint, region = place.region } = Object.fromEntries(settings);
  return {
    ...place,
    endpoint,
    region,
    forcePathStyle: readFlag(text, settings.get("force-path-style")) ?? place.forcePathStyle,
    encryption: readEncryption(text, settings),
    storageClass: settings.get("storage-class") ?? null,
  };
}

function parseBucket(
  text: string,
  authority: string,
): Pick<S3Location, "type" | "bucket" | "endpoint" | "region" | "forcePathStyle"> {
  const [, host = "", port = ""] = /^(.*?)(:\d+)?$/.exec(authority) ?? [];
  const [, localBucket] = /^(.+)\.localhost$/.exec(host) ?? [];
  if (localBucket !== undefined) {
    const endpoint = `http://localhost${port}`;
    return { type: "s3", bucket: localBucket, endpoint, region: "us-east-1", forcePathStyle: true };
  }
  const known = parseBucketHost(host);
  if (known !== null && port === "") {
    const { bucket, endpoint, region, provider } = known;
    return { type: "s3", bucket, endpoint, region, forcePathStyle: provider.pathStyle ? true : null };
  }
  // Letters, digits, dots, hyphens; old buckets also capitals and underscores (Amazon S3 User Guide, "Bucket names").
  if (port !== "" || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(host)) {
    throw problem(
      text,
      "its host must be a bucket's name, or a bucket's name before the host name of a known provider",
    );
  }
  return { type: "s3", bucket: host, endpoint: null, region: null, forcePathStyle: null };
}

/** What the query may set. Anything else is refused: a misspelt `sse` would leave objects unencrypted. */
const SETTINGS = ["endpoint", "force-path-style", "region", "sse", "sse-kms-key-id", "storage-class"];

function readSettings(text: string, query: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!SETTINGS.includes(name) || settings.has(name) || value === "") {
      throw problem(text, `its query may set each of ${SETTINGS.join(", ")} once`);
    }
    settings.set(name, value);
  }
  return settings;
}

function readFlag(text: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === "true" || value === "false") return value === "true";
  throw problem(text, 'force-path-style must be "true" or "false"');
}

function readEncryption(text: string, settings: ReadonlyMap<string, string>): RequestedEncryption | null {
  const sse = settings.get("sse");
  const keyId = settings.get("sse-kms-key-id") ?? null;
  if (keyId !== null && sse !== "aws:kms") throw problem(text, "sse-kms-key-id needs sse=aws:kms");
  switch (sse) {
    case undefined:
      return null;
    case "AES256":
      return { type: "s3" };
    case "aws:kms":
      return { type: "kms", keyId };
    case "customer":
      return { type: "customer" };
    default:
      throw problem(text, 'sse must be "AES256", "aws:kms" or "customer"');
  }
}

function parseFile(text: string, rest: string): FileLocation {
  if (/^\/\/[^/]/.test(rest)) throw problem(text, 'a file URL must have no host: write "file:///PATH" or "file:PATH"');
  if (/[?#]/.test(rest)) throw problem(text, "a file URL must have no query and no fragment");
  const path = decode(text, rest.replace(/^\/\//, ""));
  if (path === "") throw problem(text, 'it must be "file:///PATH" or "file:PATH"');
  return { type: "file", path };
}

function decode(text: string, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw problem(text, 'its path must be percent-encoded ("%25" for "%")', cause);
  }
}

/** As Go's `path.Clean`, without the slashes at the ends. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function problem(text: string, wish: string, cause?: unknown): ReplicateError {
  const message = `Cannot read the replica URL as ${wish}: current value is "${redactUrl(text)}"`;
  return new ReplicateError("bad-config", message, { cause });
}
