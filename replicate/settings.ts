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
    name: "DB_REPLICA_SSE_CUSTOMER_KEY",
    default: "none",
    meaning: "32 bytes in base64, with which the bucket encrypts (SSE-C); whoever loses it has lost the replica",
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
    name: "FENCING",
    default: "`auto`",
    meaning: "one writer for each replica: `auto` where the store can, `required` or no start, `off`",
  },
  {
    name: "TAKEOVER_GRACE",
    default: "`10s`",
    meaning: "how long a new instance lets the old one finish before it takes over; none is needed after a clean stop",
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
    name: "AWS_WEB_IDENTITY_TOKEN_FILE",
    default: "none",
    meaning: "without keys: a file with a token that is traded for credentials (EKS sets it)",
  },
  { name: "AWS_ROLE_ARN", default: "none", meaning: "the role for which it is traded" },
  { name: "AWS_ROLE_SESSION_NAME", default: "`pastestream`", meaning: "what that session is called in logs" },
  { name: "AWS_ENDPOINT_URL_STS", default: "that of the region", meaning: "where it is traded" },
  {
    name: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    default: "`AWS_CONTAINER_CREDENTIALS_FULL_URI`",
    meaning: "without keys: where the container's agent hands out credentials (ECS and EKS set it)",
  },
  {
    name: "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    default: "the content of `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`",
    meaning: "what that agent wants to see; the file wins",
  },
  {
    name: "AWS_SHARED_CREDENTIALS_FILE",
    default: "`.aws/credentials` in `HOME` or `USERPROFILE`",
    meaning: "without keys and a role: the file that Amazon's tools share",
  },
  { name: "AWS_PROFILE", default: "`default`", meaning: "the profile in that file" },
  {
    name: "AWS_EC2_METADATA_DISABLED",
    default: "`false`",
    meaning: "`true` never asks the machine's metadata service, the last resort for a bucket of Amazon's",
  },
  {
    name: "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    default: "`http://169.254.169.254`",
    meaning: "where that service is",
  },
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
