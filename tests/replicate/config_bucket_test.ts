/** What the environment says of a bucket, beside its keys. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Environment,
  parseReplicateConfig,
  ReplicateConfigError,
  type S3ReplicaConfig,
} from "../../replicate/config.ts";

const KEYS: Environment = { LITESTREAM_ACCESS_KEY_ID: "id", LITESTREAM_SECRET_ACCESS_KEY: "s3cr3t" };

function s3(env: Environment): S3ReplicaConfig {
  const all = { DB_REPLICA_URL: "s3://bucket/db", ...KEYS, ...env };
  const [replica] = parseReplicateConfig(all, { databasePath: "/data/store.db" }).replicas;
  if (replica?.type !== "s3") throw new Error("Not a bucket");
  return replica;
}

function problemsOf(env: Environment): readonly string[] {
  return assertThrows(() => s3(env), ReplicateConfigError).problems;
}

Deno.test("parseReplicateConfig() takes the customer's key from the environment only", () => {
  const key = new Uint8Array(32).fill(1).toBase64();
  const sse = (query: string, env: Environment): unknown =>
    s3({ DB_REPLICA_URL: `s3://bucket/db${query}`, ...env }).encryption;
  const withKey = { DB_REPLICA_SSE_CUSTOMER_KEY: key };
  assertEquals(sse("", {}), null);
  assertEquals(sse("", withKey), { type: "customer", key });
  assertEquals(sse("?sse=customer", withKey), { type: "customer", key });
  assertEquals(sse("?sse=AES256", withKey), { type: "s3" });
  const url = { ...KEYS, DB_REPLICA_URL: "s3://bucket/db?sse=customer" };
  assertEquals(problemsOf(url), ["Cannot use sse=customer as DB_REPLICA_SSE_CUSTOMER_KEY is not set"]);
  assert(problemsOf({ ...url, DB_REPLICA_SSE_CUSTOMER_KEY: "too short" })[0]?.includes("32 bytes in base64"));
  assert(problemsOf({ ...url, ...withKey, LITESTREAM_S3_ENDPOINT: "http://minio:9000" })[0]?.includes("over HTTP"));
});

Deno.test("parseReplicateConfig() refuses an endpoint that is none, and does not repeat it", () => {
  const [problem = ""] = problemsOf({
    ...KEYS,
    DB_REPLICA_URL: "s3://bucket/db",
    LITESTREAM_S3_ENDPOINT: "https://user:hunter2@host",
  });
  assert(problem.startsWith("Cannot use the S3 endpoint") && !problem.includes("hunter2"), problem);
});

Deno.test("parseReplicateConfig() believes the bucket's host name rather than AWS_REGION, and LITESTREAM_REGION before both", () => {
  const table: readonly (readonly [endpoint: string, region: string])[] = [
    ["https://s3.eu-central-2.wasabisys.com", "eu-central-2"],
    ["https://s3.ap-south-1.amazonaws.com", "ap-south-1"],
    ["https://acc.r2.cloudflarestorage.com", "auto"],
    ["https://fly.storage.tigris.dev", "auto"],
    ["https://abcd.supabase.co/storage/v1/s3", "us-west-1"],
    ["https://minio.example.com", "us-west-1"],
  ];
  for (const [endpoint, region] of table) {
    const env = { LITESTREAM_S3_ENDPOINT: endpoint, AWS_REGION: "us-west-1" };
    assertEquals(s3(env).region, region, endpoint);
    assertEquals(s3({ ...env, LITESTREAM_REGION: "mine" }).region, "mine");
  }
});
