/**
 * A replication engine for SQLite databases: streams the WAL's frames to an object store, in the format of Litestream
 * v0.3, and restores from it.
 *
 * @example Keep a database in a folder beside it
 * ```ts ignore
 * import { parseReplicateConfig, Replication } from "./replicate/mod.ts";
 *
 * const config = parseReplicateConfig({ DB_REPLICA_URL: "file:data/replica" }, { databasePath: "data/store.db" });
 * const replication = new Replication(config, { onEvent: console.log, hold: () => {}, release: () => {} });
 * await replication.prepared; // restored, if there was nothing on disk
 * // … open data/store.db, commit, and call replication.committed() after each commit …
 * await replication.stop();
 * ```
 *
 * @module
 */

export {
  type DurabilityMode,
  type Environment,
  type FencingMode,
  parseReplicateConfig,
  type ReplicaConfig,
  type ReplicateConfig,
  ReplicateConfigError,
  type ReplicateSettings,
  type S3ReplicaConfig,
  type StalePolicy,
} from "./config.ts";
export { type ErrorReport, ReplicateError, type ReplicateErrorCode, type ReplicateErrorOptions } from "./errors.ts";
export type { EventDescription, EventLevel } from "./describe_event.ts";
export { EventPrinter, type EventPrinterOptions } from "./event_printer.ts";
export type { EventListener, GenerationReason, ProgressTask, ReplicateEvent } from "./events.ts";
export { ReplicationMetrics, type ReplicationMetricsOptions } from "./metrics.ts";
export type { DatabaseSighting } from "./database_identity.ts";
export { Replication, type ReplicationHealth, type ReplicationHooks } from "./replication.ts";
export type { Clock } from "./clock.ts";
export { REPLICATE_SETTINGS, type ReplicateSetting } from "./settings.ts";
export type {
  AmbientConfig,
  ContainerConfig,
  CredentialsConfig,
  ProfileConfig,
  StaticConfig,
  WebIdentityConfig,
} from "./s3/credentials_config.ts";
export type { Credentials } from "./s3/credentials.ts";
export type { S3Encryption } from "./s3/object_settings.ts";
export type { FileLocation, RequestedEncryption, S3Location } from "./store_url.ts";
export type { StopOutcome } from "./protocol.ts";
export type { RequestOperation } from "./request_prices.ts";
export type { DatabaseTally, EngineTally, RequestCount, StatusClass, SyncTally } from "./tally.ts";
export type { ReplicaHealth, ValidationResult, WriterRole, WriterStatus } from "./writer_status.ts";
