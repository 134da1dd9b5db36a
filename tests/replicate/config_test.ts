import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DEFAULT_SETTINGS,
  type Environment,
  parseReplicateConfig,
  type ReplicateConfig,
  ReplicateConfigError,
  resolveReplica,
  type S3ReplicaConfig,
} from "../../replicate/config.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { parseReplicaUrl } from "../../replicate/store_url.ts";

/** Neither a home folder nor a machine to ask. */
const NOWHERE: Environment = { AWS_EC2_METADATA_DISABLED: "true" };

const KEYS: Environment = { LITESTREAM_ACCESS_KEY_ID: "id", LITESTREAM_SECRET_ACCESS_KEY: "s3cr3t" };

function parse(env: Environment): ReplicateConfig {
  return parseReplicateConfig(env, { databasePath: "/data/store.db" });
}

function problemsOf(env: Environment): readonly string[] {
  return assertThrows(() => parse(env), ReplicateConfigError).problems;
}

/** The only replica, in a bucket. */
function bucketOf(env: Environment): S3ReplicaConfig {
  const { replicas } = parse(env);
  const [replica] = replicas;
  if (replica?.type !== "s3" || replicas.length > 1) throw new Error(`Not one bucket: ${JSON.stringify(replicas)}`);
  return replica;
}

function s3(env: Environment): S3ReplicaConfig {
  return bucketOf({ DB_REPLICA_URL: "s3://bucket/db", ...KEYS, ...env });
}

Deno.test("parseReplicateConfig() keeps a replica beside the database when nothing is said", () => {
  const config = parse({});
  assertEquals(config, {
    databasePath: "/data/store.db",
    replicas: [{ type: "file", path: "/data/replica" }],
    durability: "local",
    onStale: "restore",
    fencing: "auto",
    settings: DEFAULT_SETTINGS,
    shutdownSyncTimeoutMs: 30_000,
  });
  assert(Object.isFrozen(config));
  assertEquals(parseReplicateConfig({}, { databasePath: "data/store.db" }).replicas, [
    { type: "file", path: "data/replica" },
  ]);
  assertEquals(parseReplicateConfig({}, { databasePath: "store.db" }).replicas, [{ type: "file", path: "replica" }]);
});

Deno.test("parseReplicateConfig() takes an empty variable for one that is not set", () => {
  const names = [
    "DB_REPLICA_URL",
    "DB_SYNC_INTERVAL",
    "DURABILITY",
    "ON_STALE",
    "FENCING",
    "TAKEOVER_GRACE",
    "BUCKET_NAME",
    "BUCKETEER_BUCKET_NAME",
  ];
  assertEquals(parse(Object.fromEntries(names.map((name) => [name, ""]))), parse({}));
  const url = { DB_REPLICA_URL: "s3://bucket/db", ...KEYS };
  const empty = { LITESTREAM_REGION: "", AWS_REGION: "", LITESTREAM_S3_ENDPOINT: "", AWS_ENDPOINT_URL_S3: "" };
  assertEquals(parse({ ...url, ...empty }), parse(url));
});

Deno.test("parseReplicateConfig() reads the replica's URL, several of them, or none", () => {
  assertEquals(parse({ DB_REPLICA_URL: "none" }).replicas, []);
  assertEquals(parse({ DB_REPLICA_URL: "file:///backup" }).replicas, [{ type: "file", path: "/backup" }]);
  const { replicas } = parse({ DB_REPLICA_URL: "file:///one, s3://bucket/two", ...KEYS });
  assertEquals(replicas.map((replica) => [replica.type, replica.path]), [["file", "/one"], ["s3", "two"]]);
});

Deno.test("parseReplicateConfig() uploads at once under DURABILITY=replica, unless DB_SYNC_INTERVAL says otherwise", () => {
  const table: readonly (readonly [Environment, number])[] = [
    [{}, 1_000],
    [{ DURABILITY: "local" }, 1_000],
    [{ DURABILITY: "replica" }, 0],
    [{ DURABILITY: "replica", DB_SYNC_INTERVAL: "5s" }, 5_000],
    [{ DB_SYNC_INTERVAL: "500ms" }, 500],
    [{ DB_SYNC_INTERVAL: "0" }, 0],
    [{ DB_SYNC_INTERVAL: "1m30s" }, 90_000],
  ];
  for (const [env, ms] of table) {
    const { settings, durability } = parse(env);
    assertEquals(settings, { ...DEFAULT_SETTINGS, syncIntervalMs: ms });
    assertEquals(durability, env["DURABILITY"] ?? "local");
  }
});

Deno.test("parseReplicateConfig() reads how often to snapshot and to validate, and how long to keep what is old", () => {
  const day = 86_400_000;
  const table: readonly (readonly [Environment, readonly number[]])[] = [
    [{}, [day, day, 0]],
    [{ SNAPSHOT_INTERVAL: "6h", RETENTION: "7d", VALIDATION_INTERVAL: "12h" }, [day / 4, 7 * day, day / 2]],
    [{ SNAPSHOT_INTERVAL: "0", RETENTION: "0", VALIDATION_INTERVAL: "0" }, [0, 0, 0]],
    [{ RETENTION: "1h" }, [day, day / 24, 0]],
  ];
  for (const [env, expected] of table) {
    const { settings } = parse(env);
    assertEquals([settings.snapshotIntervalMs, settings.retentionMs, settings.validationIntervalMs], expected);
  }
  assertEquals(problemsOf({ RETENTION: "59m" }), [
    'Cannot use RETENTION as it must be "0" or at least "1h": current value is "59m"',
  ]);
  assertEquals(problemsOf({ SNAPSHOT_INTERVAL: "daily", VALIDATION_INTERVAL: "-1s" }).length, 2);
});

Deno.test("parseReplicateConfig() reads what to do with a stale database", () => {
  assertEquals(["restore", "fail", ""].map((text) => parse({ ON_STALE: text }).onStale), [
    "restore",
    "fail",
    "restore",
  ]);
});

Deno.test("parseReplicateConfig() finds the bucket that `fly storage create` made", () => {
  const fly = {
    BUCKET_NAME: "fly-bucket",
    AWS_ENDPOINT_URL_S3: "https://fly.storage.tigris.dev",
    AWS_ACCESS_KEY_ID: "tid_x",
    AWS_SECRET_ACCESS_KEY: "tsec_y",
    AWS_REGION: "auto",
  };
  assertEquals(bucketOf(fly), {
    type: "s3",
    bucket: "fly-bucket",
    path: "store.db",
    endpoint: "https://fly.storage.tigris.dev",
    region: "auto",
    forcePathStyle: null,
    encryption: null,
    storageClass: null,
    credentials: { type: "static", accessKeyId: "tid_x", secretAccessKey: "tsec_y", sessionToken: null },
  });
});

Deno.test("parseReplicateConfig() finds the bucket that Heroku's Bucketeer made", () => {
  const heroku = {
    BUCKETEER_AWS_ACCESS_KEY_ID: "AKIAX",
    BUCKETEER_AWS_SECRET_ACCESS_KEY: "sec",
    BUCKETEER_AWS_REGION: "eu-west-1",
    BUCKETEER_BUCKET_NAME: "bucketeer-x",
  };
  assertEquals(bucketOf(heroku), {
    type: "s3",
    bucket: "bucketeer-x",
    path: "store.db",
    endpoint: null,
    region: "eu-west-1",
    forcePathStyle: null,
    encryption: null,
    storageClass: null,
    credentials: { type: "static", accessKeyId: "AKIAX", secretAccessKey: "sec", sessionToken: null },
  });
  assertEquals(bucketOf({ ...heroku, BUCKET_NAME: "other" }).bucket, "other");
  assertEquals(parse({ ...heroku, DB_REPLICA_URL: "none" }).replicas, []);
  assertEquals(bucketOf({ ...heroku, DB_REPLICA_URL: "s3://mine/x" }).bucket, "mine");
});

Deno.test("parseReplicateConfig() takes the first endpoint and the first region that are given", () => {
  const endpoints = ["LITESTREAM_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
  const regions = ["LITESTREAM_REGION", "AWS_REGION", "AWS_DEFAULT_REGION", "BUCKETEER_AWS_REGION"];
  for (const [names, field] of [[endpoints, "endpoint"], [regions, "region"]] as const) {
    assertEquals(s3({})[field], null);
    for (const [i, name] of names.entries()) {
      const env = Object.fromEntries(names.slice(i).map((other) => [other, `https://${other.toLowerCase()}`]));
      assertEquals(s3(env)[field], `https://${name.toLowerCase()}`);
    }
  }
});

Deno.test("parseReplicateConfig() lets the URL's endpoint and region win over the environment's", () => {
  const { endpoint, region } = s3({
    DB_REPLICA_URL: "s3://b.fra1.digitaloceanspaces.com/db",
    LITESTREAM_REGION: "elsewhere",
    LITESTREAM_S3_ENDPOINT: "https://elsewhere",
  });
  assertEquals([endpoint, region], ["https://fra1.digitaloceanspaces.com", "fra1"]);
});

Deno.test("parseReplicateConfig() reports every problem at once, each naming its variable", () => {
  const env = {
    DURABILITY: "maybe",
    ON_STALE: "panic",
    DB_SYNC_INTERVAL: "soon",
    DB_REPLICA_URL: "ftp://x,s3://bucket",
    ...NOWHERE,
  };
  const error = assertThrows(() => parse(env), ReplicateConfigError);
  assert(error instanceof ReplicateError);
  assertEquals([error.code, error.retryable, error.problems.length], ["bad-config", false, 5]);
  const said = ["DURABILITY", "ON_STALE", "DB_SYNC_INTERVAL", "ftp://x", "LITESTREAM_ACCESS_KEY_ID"];
  for (const [i, text] of said.entries()) assert(error.problems[i]?.includes(text), error.problems[i]);
  for (const problem of error.problems) assert(error.message.includes(problem));
});

Deno.test("parseReplicateConfig() says what a variable must be, and what it is", () => {
  assertEquals(problemsOf({ DURABILITY: "Replica" }), [
    'Cannot read DURABILITY as it must be "local" or "replica": current value is "Replica"',
  ]);
  assertEquals(problemsOf({ DB_SYNC_INTERVAL: "10" }), [
    'Cannot read DB_SYNC_INTERVAL as it must be a duration such as "10s": current value is "10"',
  ]);
  assertEquals(problemsOf({ DURABILITY: "replica", DB_REPLICA_URL: "none" }).length, 1);
});

Deno.test("parseReplicateConfig() tells no secret when it fails", () => {
  const secrets = ["s3cr3t", "hunter2"];
  const envs: readonly Environment[] = [
    { ...NOWHERE, LITESTREAM_SECRET_ACCESS_KEY: "s3cr3t", DB_REPLICA_URL: "s3://bucket/db" },
    { ...NOWHERE, AWS_ACCESS_KEY_ID: "id", LITESTREAM_SECRET_ACCESS_KEY: "s3cr3t", DB_REPLICA_URL: "s3://bucket/db" },
    { ...KEYS, DB_REPLICA_URL: "s3://bucket/db", DB_REPLICA_SSE_CUSTOMER_KEY: "hunter2" },
    { ...KEYS, AWS_SESSION_TOKEN: "hunter2", DB_REPLICA_URL: "s3://id:hunter2@bucket/db" },
    { ...KEYS, DB_REPLICA_URL: "ftp://id:hunter2@host/db?secret=hunter2" },
    { ...KEYS, DURABILITY: "x", ON_STALE: "x", DB_SYNC_INTERVAL: "x", DB_REPLICA_URL: "s3://bucket:80" },
  ];
  for (const env of envs) {
    const error = assertThrows(() => parse(env), ReplicateConfigError);
    for (const secret of secrets) assert(!`${error.message} ${error.problems.join()} ${error.stack}`.includes(secret));
  }
});

Deno.test("resolveReplica() leaves a folder as it is, and gives a bucket what the environment knows", () => {
  assertEquals(resolveReplica({ type: "file", path: "/x" }, KEYS), { type: "file", path: "/x" });
  assertEquals(resolveReplica(parseReplicaUrl("s3://bucket/db"), KEYS), s3({}));
  const error = assertThrows(() => resolveReplica(parseReplicaUrl("s3://bucket/db"), NOWHERE), ReplicateError);
  assertEquals(error.code, "bad-config");
});
