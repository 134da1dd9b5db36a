/**
 * The keys of one replica in a `litestream.yml`.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import { parseReplicaUrl, type ReplicaLocation } from "../store_url.ts";
import { type Environment, RETENTION_MS_MIN } from "../config.ts";
import { absolutePath } from "./home_path.ts";
import { DEFAULT_PACE, type ReplicaPace, type ReplicaSource } from "./model.ts";
import type { RawReplica } from "./schema.ts";

/** What a replica's keys cannot say on their own. */
export interface ReplicaSurroundings {
  /** The document's own credentials, which hold where the replica has none. */
  readonly credentials: Pick<RawReplica, "access-key-id" | "secret-access-key">;
  /** The variables; `HOME` is what `~` stands for. */
  readonly env: Environment;
  /** Told what is wrong: the key, and the problem in words. */
  readonly refuse: (key: string | null, problem: string) => void;
}

/** Kinds of Litestream's that there are not here, and what to do instead. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  gcs: `Google's own API is not supported: use type "s3" with endpoint "https://storage.googleapis.com" and HMAC keys`,
  abs: "Azure Blob Storage is not supported: use s3 or file",
  sftp: "SFTP is not supported: use s3, or file on a mounted folder",
};

const PATH_IS_URL = `it must be a path: a URL goes into "url"`;

/** Keys that only one kind of replica has. */
const S3_KEYS = [
  "access-key-id",
  "secret-access-key",
  "region",
  "bucket",
  "endpoint",
  "force-path-style",
  "skip-verify",
] as const;

/**
 * Reads a replica's keys.
 *
 * @param raw The keys as they stand in the file.
 * @param surroundings What holds around it.
 * @returns The replica, or null after a problem that leaves nothing to return.
 */
export function readReplica(raw: RawReplica, surroundings: ReplicaSurroundings): ReplicaSource | null {
  const type = typeOf(raw);
  const refused = REFUSED_TYPES[type];
  if (refused !== undefined) surroundings.refuse(raw.url === undefined ? "type" : "url", refused);
  else if (type !== "s3" && type !== "file") {
    surroundings.refuse("type", `it must be "s3" or "file": current value is "${type}"`);
  }
  if (type !== "s3" && type !== "file") return null;
  const location = type === "s3" ? readBucket(raw, surroundings) : readFolder(raw, surroundings);
  if (location === null) return null;
  const name = raw.name ?? type;
  const credentials = type === "s3" ? readCredentials(raw, surroundings) : {};
  return { name, location, credentials, pace: readPace(raw) };
}

/** As Litestream has it: the URL's scheme, else the type, else a folder. */
function typeOf({ url, type }: RawReplica): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url ?? "")?.[1]?.toLowerCase();
  return scheme ?? type ?? "file";
}

function readFolder(raw: RawReplica, { env, refuse }: ReplicaSurroundings): ReplicaLocation | null {
  for (const key of S3_KEYS) {
    if (raw[key] !== undefined) refuse(key, `only a replica of type "s3" has it`);
  }
  const location = readUrl(raw, refuse);
  if (location === null) return null;
  const path = location?.type === "file" ? location.path : raw.path;
  if (path === undefined) {
    refuse(null, `it must have a "path", or a "url"`);
    return null;
  }
  return { type: "file", path: absolutePath(path, env) };
}

function readBucket(raw: RawReplica, surroundings: ReplicaSurroundings): ReplicaLocation | null {
  const { refuse } = surroundings;
  if (raw["skip-verify"]) {
    refuse(
      "skip-verify",
      "a server's certificate is always verified: name the one to trust with DENO_CERT=/path/to/ca.pem",
    );
  }
  if (raw.url !== undefined && raw.bucket !== undefined) refuse("bucket", `the "url" has a bucket already`);
  if (raw.url === undefined && raw.bucket === undefined) {
    refuse(null, `it must have a "bucket", or a "url"`);
    return null;
  }
  const location = raw.url === undefined ? readPlace(raw, refuse) : readUrl(raw, refuse);
  if (location?.type !== "s3") return null;
  const endpoint = raw.endpoint ?? location.endpoint;
  return {
    ...location,
    endpoint,
    region: raw.region ?? location.region,
    forcePathStyle: raw["force-path-style"] ?? location.forcePathStyle ?? (endpoint === null ? null : true),
  };
}

/** The location that `bucket` and `path` name. */
function readPlace({ bucket, path }: RawReplica, refuse: ReplicaSurroundings["refuse"]): ReplicaLocation | null {
  if (path !== undefined && isUrl(path)) {
    refuse("path", PATH_IS_URL);
    return null;
  }
  const names = (path ?? "").split("/").map(encodeURIComponent);
  return parseOrRefuse(`s3://${bucket}/${names.join("/")}`, (problem) => refuse("bucket", problem));
}

/** The location in `url`; undefined when there is no such key, null after a problem. */
function readUrl(raw: RawReplica, refuse: ReplicaSurroundings["refuse"]): ReplicaLocation | null | undefined {
  if (raw.path !== undefined && isUrl(raw.path)) {
    refuse("path", PATH_IS_URL);
    return null;
  }
  if (raw.url === undefined) return undefined;
  if (raw.path !== undefined) {
    refuse("path", `the "url" has a path already`);
    return null;
  }
  if (!/^[a-z][a-z0-9+.-]*:/i.test(raw.url)) {
    refuse("url", `it must begin with a scheme, such as "s3://" or "file://"`);
    return null;
  }
  return parseOrRefuse(raw.url, (problem) => refuse("url", problem));
}

function parseOrRefuse(url: string, refuse: (problem: string) => void): ReplicaLocation | null {
  try {
    return parseReplicaUrl(url);
  } catch (error) {
    if (!(error instanceof ReplicateError)) throw error;
    refuse(error.message);
    return null;
  }
}

function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}

/** A pair of its own, or the document's: a half of one never goes with a half of the other. */
function readCredentials(raw: RawReplica, { credentials, refuse }: ReplicaSurroundings): Environment {
  for (const { "access-key-id": id, "secret-access-key": secret } of [raw, credentials]) {
    if (id === undefined && secret === undefined) continue;
    if (id !== undefined && secret !== undefined) {
      return { LITESTREAM_ACCESS_KEY_ID: id, LITESTREAM_SECRET_ACCESS_KEY: secret };
    }
    const missing = id === undefined ? "access-key-id" : "secret-access-key";
    refuse(missing, "it must be there, as the other half of the pair is");
    return {};
  }
  return {};
}

function readPace(raw: RawReplica): ReplicaPace {
  const asked = raw.retention ?? DEFAULT_PACE.retentionMs;
  const retentionMs = asked === 0 ? 0 : Math.max(asked, RETENTION_MS_MIN);
  const checkMs = raw["retention-check-interval"] ?? DEFAULT_PACE.retentionCheckIntervalMs;
  return {
    syncIntervalMs: raw["sync-interval"] ?? DEFAULT_PACE.syncIntervalMs,
    retentionMs,
    retentionCheckIntervalMs: retentionMs > 0 ? Math.min(checkMs, retentionMs) : checkMs,
    snapshotIntervalMs: raw["snapshot-interval"] ?? DEFAULT_PACE.snapshotIntervalMs,
    validationIntervalMs: raw["validation-interval"] ?? DEFAULT_PACE.validationIntervalMs,
  };
}
