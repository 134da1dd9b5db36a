/**
 * Replica URLs: where a replica lives, as one line of text. Nothing is opened or asked for in here.
 *
 * The forms are those of Litestream v0.3: `s3://BUCKET/PATH`, where the host may be that of a known provider, and
 * `file:///PATH`, `file:PATH` or a bare path. See its guides, and `ParseHost` in its `s3/replica_client.go`.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";

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
}

/** A replica in a folder. */
export interface FileLocation {
  /** What kind of place it is. */
  readonly type: "file";
  /** The folder. */
  readonly path: string;
}

/** Where a replica lives. */
export type ReplicaLocation = S3Location | FileLocation;

interface ProviderHost {
  /** Matches a URL's host name; groups `bucket`, and `region` where the host name has it. */
  readonly host: RegExp;
  /** The service's base URL. */
  readonly endpoint: (region: string) => string;
  /** The region when the host name has none. */
  readonly region: string | null;
}

/** As in Litestream v0.3.13. A host that matches none is the name of a bucket. */
const PROVIDER_HOSTS: readonly ProviderHost[] = [
  { host: /^(?<bucket>.+)\.localhost$/, endpoint: () => "http://localhost", region: "us-east-1" },
  {
    host: /^(?<bucket>.+)\.s3\.(?<region>[^.]+)\.backblazeb2\.com$/,
    endpoint: (region) => `https://s3.${region}.backblazeb2.com`,
    region: null,
  },
  { host: /^(?<bucket>.+)\.s3\.filebase\.com$/, endpoint: () => "https://s3.filebase.com", region: null },
  {
    host: /^(?<bucket>.+)\.(?<region>[^.]+)\.digitaloceanspaces\.com$/,
    endpoint: (region) => `https://${region}.digitaloceanspaces.com`,
    region: null,
  },
  {
    host: /^(?<bucket>.+)\.s3\.(?<region>[^.]+)\.scw\.cloud$/,
    endpoint: (region) => `https://s3.${region}.scw.cloud`,
    region: null,
  },
  {
    host: /^(?<bucket>.+)\.(?<region>[^.]+)\.linodeobjects\.com$/,
    endpoint: (region) => `https://${region}.linodeobjects.com`,
    region: null,
  },
];

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
 * Writes a location as a URL that {@linkcode parseReplicaUrl} reads, endpoint and region left out.
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
  const match = /^\/\/([^/?#]*)([^?#]*)$/.exec(rest);
  const [, authority = "", rawPath = ""] = match ?? [];
  if (match === null || authority === "") throw problem(text, 'it must be "s3://BUCKET/PATH"');
  if (authority.includes("@")) {
    throw problem(text, "credentials must be given as variables, not in the URL");
  }
  const [, host = "", port = ""] = /^(.*?)(:\d+)?$/.exec(authority) ?? [];
  const path = cleanPath(decode(text, rawPath));
  for (const provider of PROVIDER_HOSTS) {
    const groups = provider.host.exec(host)?.groups;
    if (groups === undefined) continue;
    const region = groups["region"] ?? provider.region;
    const endpoint = `${provider.endpoint(region ?? "")}${port}`;
    return { type: "s3", bucket: groups["bucket"] ?? "", path, endpoint, region, forcePathStyle: true };
  }
  // Letters, digits, dots, hyphens; old buckets also capitals and underscores (Amazon S3 User Guide, "Bucket names").
  if (port !== "" || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(host)) {
    throw problem(
      text,
      "its host must be a bucket's name, or a bucket's name before the host name of a known provider",
    );
  }
  return { type: "s3", bucket: host, path, endpoint: null, region: null, forcePathStyle: null };
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
