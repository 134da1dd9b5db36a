/**
 * The environment variables of the engine: what `--help` prints and the parser reads.
 *
 * @module
 */

/** One variable of the environment. */
export interface ReplicateSetting {
  /** The variable's name. */
  readonly name: string;
  /** What holds without it, in words. */
  readonly default: string;
  /** What it is for. */
  readonly meaning: string;
}

/** Every variable that `parseReplicateConfig()` reads. */
export const REPLICATE_SETTINGS: readonly ReplicateSetting[] = [
  {
    name: "DB_REPLICA_URL",
    default: "the platform's bucket, else the folder `replica` beside the database",
    meaning: "`s3://bucket/path`, `file:///path`, or `none` to switch replication off",
  },
  {
    name: "DB_SYNC_INTERVAL",
    default: "`1s`; `0s` under `DURABILITY=replica`",
    meaning: "least time between two uploads",
  },
  {
    name: "DURABILITY",
    default: "`local`",
    meaning: "when an upload is answered: `local` after SQLite's commit, `replica` once it is in the bucket",
  },
  {
    name: "ON_STALE",
    default: "`restore`",
    meaning: "a database that missed another instance's writes: `restore` moves it aside, `fail` stops",
  },
  {
    name: "SNAPSHOT_INTERVAL",
    default: "`24h`",
    meaning: "least time between two snapshots of the whole database; `0` for none but the first",
  },
  {
    name: "RETENTION",
    default: "`24h`",
    meaning: "how far back the replica can be restored to; older objects are deleted, none with `0`",
  },
  {
    name: "VALIDATION_INTERVAL",
    default: "`0` (never)",
    meaning: "how often the replica is restored beside the database and compared with it, page for page",
  },
  {
    name: "LITESTREAM_ACCESS_KEY_ID",
    default: "`AWS_ACCESS_KEY_ID`, `BUCKETEER_AWS_ACCESS_KEY_ID`",
    meaning: "the bucket's access key",
  },
  {
    name: "LITESTREAM_SECRET_ACCESS_KEY",
    default: "`AWS_SECRET_ACCESS_KEY`, `BUCKETEER_AWS_SECRET_ACCESS_KEY`",
    meaning: "its secret",
  },
  { name: "AWS_SESSION_TOKEN", default: "none", meaning: "the token of temporary credentials" },
  {
    name: "LITESTREAM_REGION",
    default: "`AWS_REGION`, `AWS_DEFAULT_REGION`, `BUCKETEER_AWS_REGION`, else the provider's usual one",
    meaning: "the bucket's region",
  },
  {
    name: "LITESTREAM_S3_ENDPOINT",
    default: "`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else Amazon's",
    meaning: "the S3 service's base URL",
  },
  {
    name: "BUCKET_NAME",
    default: "`BUCKETEER_BUCKET_NAME`",
    meaning: "the platform's bucket (set by `fly storage create`)",
  },
];
