/**
 * The engine's configuration, from the environment.
 *
 * @module
 */

import { basename, dirname, join } from "@std/path";
import { ReplicateError } from "./errors.ts";
import { type Environment, parseChoice, parseInterval } from "./setting_reading.ts";
import { findCredentials } from "./find_credentials.ts";
import type { CredentialsConfig } from "./s3/credentials_config.ts";
import type { S3Encryption } from "./s3/object_settings.ts";
import { endpointUrl, refuseClearText } from "./s3/object_url.ts";
import { hostRegion } from "./s3/providers.ts";
import { type FileLocation, parseReplicaUrl, type ReplicaLocation, type S3Location } from "./store_url.ts";

export type { Environment };

/** A replica in a bucket: where it is, how objects are kept there, and as whom we come. */
export interface S3ReplicaConfig extends Omit<S3Location, "encryption"> {
  /** Encryption by the server; `null` for what the bucket does by itself. */
  readonly encryption: S3Encryption | null;
  /** Where what proves who we are comes from. */
  readonly credentials: CredentialsConfig;
}

/** One replica. */
export type ReplicaConfig = FileLocation | S3ReplicaConfig;

/** When an application may tell its user that a write is safe: after SQLite's commit, or once it is in the replica. */
export type DurabilityMode = "local" | "replica";

/** What to do with a database that has missed what another instance wrote to the replica. */
export type StalePolicy = "restore" | "fail";

/** Whether another writer must be kept away: where the store can, always, or never. */
export type FencingMode = "auto" | "required" | "off";

/** How the engine paces itself. All bounds are hard ones. */
export interface ReplicateSettings {
  /** Least time between the starts of two uploads to one replica, in milliseconds. */
  readonly syncIntervalMs: number;
  /** How often the WAL is looked at without being told, in milliseconds: other processes do not tell. */
  readonly monitorIntervalMs: number;
  /** A WAL with anything of the application's is checkpointed after this long, in milliseconds; 0 for never. */
  readonly checkpointIntervalMs: number;
  /** A WAL of this many frames is checkpointed. */
  readonly minCheckpointPageCount: number;
  /** The most plain bytes of one segment. */
  readonly segmentBytesMax: number;
  /** How large the WAL may grow while a replica cannot be reached, in bytes. */
  readonly walBytesMax: number;
  /** How long the owner of a log has to close it before this instance takes it over, in milliseconds. */
  readonly takeoverGraceMs: number;
  /** A snapshot of this age is followed by another one once something was written, in milliseconds; 0 for never. */
  readonly snapshotIntervalMs: number;
  /** So many times the database's size of WAL after a snapshot is followed by another one; 0 for never. */
  readonly snapshotWalRatio: number;
  /** How far back the replica can be restored to, in milliseconds; 0 to delete nothing. */
  readonly retentionMs: number;
  /** How often the replica is restored and compared, if anything was written, in milliseconds; 0 for never. */
  readonly validationIntervalMs: number;
}

/** Everything that the engine has to know. Plain data, so that it can be sent to a worker. */
export interface ReplicateConfig {
  /** The path of the database file. */
  readonly databasePath: string;
  /** Where to replicate to; none switches replication off. */
  readonly replicas: readonly ReplicaConfig[];
  /** What {@linkcode Replication.durable} waits for. */
  readonly durability: DurabilityMode;
  /** What to do with a stale database. */
  readonly onStale: StalePolicy;
  /** Whether another writer must be kept away. */
  readonly fencing: FencingMode;
  /** Pace and bounds. */
  readonly settings: ReplicateSettings;
  /** How long the last uploads may take when the process ends, in milliseconds. */
  readonly shutdownSyncTimeoutMs: number;
}

/** What cannot be understood in the environment. */
export class ReplicateConfigError extends ReplicateError {
  /** Every problem, each naming its variable. */
  readonly problems: readonly string[];

  /**
   * Collects problems into one error.
   *
   * @param problems Every problem that was found.
   */
  constructor(problems: readonly string[]) {
    super("bad-config", `Cannot configure replication: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

const SHUTDOWN_SYNC_TIMEOUT_MS = 30_000;

/**
 * The pace of a service: `sync-interval` and `checkpoint-interval` as Litestream has them. A WAL may have 4,000 frames, four
 * times as many as Litestream's: each restart holds commits for some milliseconds.
 */
export const DEFAULT_SETTINGS: ReplicateSettings = {
  syncIntervalMs: 1_000,
  monitorIntervalMs: 1_000,
  checkpointIntervalMs: 60_000,
  minCheckpointPageCount: 4_000,
  segmentBytesMax: 4_194_304,
  walBytesMax: 1_073_741_824,
  takeoverGraceMs: 10_000,
  snapshotIntervalMs: 86_400_000,
  snapshotWalRatio: 2,
  retentionMs: 86_400_000,
  validationIntervalMs: 0,
};

/** Objects that are younger are never deleted, in milliseconds: who finds them may still be about to use them. */
export const RETENTION_MS_MIN = 3_600_000;

/**
 * Reads the configuration from the environment.
 *
 * @param env The variables; an empty one counts as not set.
 * @param options The path of the database.
 * @returns The configuration, frozen.
 * @throws {ReplicateConfigError} With every problem at once. No message holds a secret.
 */
export function parseReplicateConfig(
  env: Environment,
  { databasePath }: { readonly databasePath: string },
): ReplicateConfig {
  const problems: string[] = [];
  const durability = parseChoice(env, "DURABILITY", ["local", "replica"], problems);
  const onStale = parseChoice(env, "ON_STALE", ["restore", "fail"], problems);
  const fencing = parseChoice(env, "FENCING", ["auto", "required", "off"], problems);
  const takeoverGraceMs = parseInterval(env, "TAKEOVER_GRACE", DEFAULT_SETTINGS.takeoverGraceMs, problems);
  const syncIntervalMs = parseInterval(env, "DB_SYNC_INTERVAL", durability === "replica" ? 0 : 1_000, problems);
  const settings = { ...DEFAULT_SETTINGS, syncIntervalMs, takeoverGraceMs, ...parseUpkeep(env, problems) };
  const replicas = parseReplicas(env, databasePath, problems);
  if (durability === "replica" && replicas.length === 0) {
    problems.push(`Cannot use DURABILITY as "replica" needs a replica: DB_REPLICA_URL is "none"`);
  }
  if (problems.length > 0) throw new ReplicateConfigError(problems);
  return Object.freeze({
    databasePath,
    replicas,
    durability,
    onStale,
    fencing,
    settings,
    shutdownSyncTimeoutMs: SHUTDOWN_SYNC_TIMEOUT_MS,
  });
}

function parseUpkeep(
  env: Environment,
  problems: string[],
): Pick<ReplicateSettings, "snapshotIntervalMs" | "retentionMs" | "validationIntervalMs"> {
  const { snapshotIntervalMs, retentionMs, validationIntervalMs } = DEFAULT_SETTINGS;
  const retention = parseInterval(env, "RETENTION", retentionMs, problems);
  if (retention > 0 && retention < RETENTION_MS_MIN) {
    problems.push(`Cannot use RETENTION as it must be "0" or at least "1h": current value is "${env["RETENTION"]}"`);
  }
  return {
    snapshotIntervalMs: parseInterval(env, "SNAPSHOT_INTERVAL", snapshotIntervalMs, problems),
    retentionMs: retention,
    validationIntervalMs: parseInterval(env, "VALIDATION_INTERVAL", validationIntervalMs, problems),
  };
}

function parseReplicas(env: Environment, databasePath: string, problems: string[]): ReplicaConfig[] {
  const folder: string = join(dirname(databasePath), "replica");
  const bucket = env["BUCKET_NAME"] || env["BUCKETEER_BUCKET_NAME"];
  const platformUrl = bucket ? `s3://${bucket}/${basename(databasePath)}` : `file:${folder}`;
  const text = env["DB_REPLICA_URL"] || platformUrl;
  if (text === "none") return [];
  const replicas: ReplicaConfig[] = [];
  for (const url of text.split(",")) {
    try {
      replicas.push(resolveReplica(parseReplicaUrl(url.trim()), env));
    } catch (error) {
      if (!(error instanceof ReplicateError)) throw error;
      problems.push(error.message);
    }
  }
  return replicas;
}

/**
 * Completes a replica's location with what the environment knows.
 *
 * @param location What the URL says; that wins.
 * @param env The variables.
 * @returns The replica's configuration.
 * @throws {ReplicateError} `bad-config` when a bucket has no credentials, or its settings make no sense.
 */
export function resolveReplica(location: ReplicaLocation, env: Environment): ReplicaConfig {
  if (location.type === "file") return location;
  const endpoint = location.endpoint ??
    (env["LITESTREAM_S3_ENDPOINT"] || env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || null);
  const encryption = findEncryption(location, env);
  const { hostname } = readEndpoint(endpoint, encryption);
  // AWS_REGION may be about the machine that we run on: what the bucket's own host name says comes before it.
  const region = location.region ?? (env["LITESTREAM_REGION"] || (endpoint && hostRegion(hostname)) ||
    env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || env["BUCKETEER_AWS_REGION"] || null);
  return { ...location, endpoint, region, encryption, credentials: findCredentials(env, { endpoint, region }) };
}

/** The bytes of an AES-256 key. */
const CUSTOMER_KEY_BYTES = 32;

/** A key is in the environment only: a URL is shown in logs. */
function findEncryption({ encryption }: S3Location, env: Environment): S3Encryption | null {
  const key = env["DB_REPLICA_SSE_CUSTOMER_KEY"];
  if (encryption !== null && encryption.type !== "customer") return encryption;
  if (!key) {
    if (encryption === null) return null;
    throw new ReplicateError("bad-config", "Cannot use sse=customer as DB_REPLICA_SSE_CUSTOMER_KEY is not set");
  }
  if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) {
    const wish = `it must be ${CUSTOMER_KEY_BYTES} bytes in base64, as "openssl rand -base64 32" makes them`;
    throw new ReplicateError("bad-config", `Cannot use DB_REPLICA_SSE_CUSTOMER_KEY as ${wish}`);
  }
  return { type: "customer", key };
}

function readEndpoint(endpoint: string | null, encryption: S3Encryption | null): URL {
  try {
    const url = endpointUrl(endpoint, "us-east-1");
    if (encryption?.type === "customer") refuseClearText(url);
    return url;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ReplicateError("bad-config", error.message);
  }
}
