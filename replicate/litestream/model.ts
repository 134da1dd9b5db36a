/**
 * What a command line, or a `litestream.yml`, asks for: databases, and the replicas of each.
 *
 * @module
 */

import type { Environment, ReplicaConfig, ReplicateSettings } from "../config.ts";
import { DEFAULT_SETTINGS, resolveReplica } from "../config.ts";
import type { ReplicaLocation } from "../store_url.ts";
import type { ListenAddress } from "./listen_address.ts";

/** How much is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** How the log looks, and where it goes. */
export interface LogOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** A line's form. */
  readonly type: "text" | "json";
  /** Where lines go. */
  readonly stream: "stdout" | "stderr";
}

/** How a replica is kept: the keys that `litestream.yml` has for each of them, in milliseconds. */
export interface ReplicaPace {
  /** Least time between the starts of two uploads. */
  readonly syncIntervalMs: number;
  /** How long a snapshot is kept, and the WAL after it; 0 for ever. */
  readonly retentionMs: number;
  /** How often it is looked for what may be deleted. */
  readonly retentionCheckIntervalMs: number;
  /** How often a snapshot is written; 0 for only when retention needs one. */
  readonly snapshotIntervalMs: number;
  /** How often the replica is restored and compared; 0 for never. */
  readonly validationIntervalMs: number;
}

/** A replica, before anything is asked of it. */
export interface ReplicaSource {
  /** Its name: unique among the replicas of its database. */
  readonly name: string;
  /** Where it is. */
  readonly location: ReplicaLocation;
  /** Credentials of its own, as the variables that they stand for: they go before the environment's. */
  readonly credentials: Environment;
  /** How it is kept. */
  readonly pace: ReplicaPace;
}

/** A database, and its replicas. */
export interface DatabaseSource {
  /** The absolute path of the database file. */
  readonly path: string;
  /** The folder of the engine's own files; null for the usual one beside the database. */
  readonly metaPath: string | null;
  /** Pace and bounds that hold for all of its replicas. */
  readonly settings: ReplicateSettings;
  /** Where it is replicated to. */
  readonly replicas: readonly ReplicaSource[];
}

/** A configuration, whole. */
export interface LitestreamConfig {
  /** Where metrics are to be served, or null. */
  readonly addr: ListenAddress | null;
  /** The command to run beside the replication, or null. */
  readonly exec: string | null;
  /** The log. */
  readonly logging: LogOptions;
  /** The databases. */
  readonly databases: readonly DatabaseSource[];
  /** What is asked for and has no effect, in sentences. */
  readonly notices: readonly string[];
}

/** Litestream v0.3's defaults. */
export const DEFAULT_PACE: ReplicaPace = {
  syncIntervalMs: 1_000,
  retentionMs: 86_400_000,
  retentionCheckIntervalMs: 3_600_000,
  snapshotIntervalMs: 0,
  validationIntervalMs: 0,
};

/** The log as Litestream v0.3.13 writes it. */
export const DEFAULT_LOGGING: LogOptions = { level: "info", type: "text", stream: "stdout" };

/**
 * A replica as nothing but its location describes it.
 *
 * @param location Where it is.
 * @returns The replica, named after its kind.
 */
export function replicaAt(location: ReplicaLocation): ReplicaSource {
  return { name: location.type, location, credentials: {}, pace: DEFAULT_PACE };
}

/** Litestream v0.3's pace, for databases that name none. */
export const LITESTREAM_SETTINGS: ReplicateSettings = { ...DEFAULT_SETTINGS, minCheckpointPageCount: 1_000 };

/**
 * A database as nothing but its path describes it.
 *
 * @param path The absolute path.
 * @param replicas Where it is replicated to.
 * @returns The database, with Litestream's defaults.
 */
export function databaseAt(path: string, replicas: readonly ReplicaSource[]): DatabaseSource {
  return { path, metaPath: null, settings: LITESTREAM_SETTINGS, replicas };
}

/**
 * Completes a replica with what the environment knows.
 *
 * @param source The replica.
 * @param env The variables.
 * @returns What a store is opened with.
 * @throws {ReplicateError} `bad-config` when a bucket has no credentials.
 */
export function replicaConfigOf(source: ReplicaSource, env: Environment): ReplicaConfig {
  return resolveReplica(source.location, { ...env, ...source.credentials });
}

/**
 * What the engine has to know of one replica's pace: the one place where `litestream.yml`'s keys meet its settings.
 *
 * @param pace How the replica is kept.
 * @returns What differs from the database's settings.
 */
export function settingsOf({ retentionCheckIntervalMs: _checkedAsNeeded, ...settings }: ReplicaPace): Partial<
  ReplicateSettings
> {
  return settings;
}
