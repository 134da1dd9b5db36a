import { assertEquals, assertObjectMatch, assertThrows } from "@std/assert";
import { DEFAULT_SETTINGS } from "../../../replicate/config.ts";
import { ReplicateError } from "../../../replicate/errors.ts";
import {
  databaseAt,
  DEFAULT_LOGGING,
  DEFAULT_PACE,
  replicaAt,
  replicaConfigOf,
  settingsOf,
} from "../../../replicate/litestream/model.ts";
import { parseReplicaUrl } from "../../../replicate/store_url.ts";

const BUCKET = replicaAt(parseReplicaUrl("s3://bucket/db"));

Deno.test("databaseAt() and replicaAt() give a database and a replica Litestream's defaults", () => {
  const replica = replicaAt({ type: "file", path: "/replica" });
  const location = { type: "file", path: "/replica" } as const;
  assertEquals(replica, { name: "file", location, credentials: {}, pace: DEFAULT_PACE });
  const settings = { ...DEFAULT_SETTINGS, minCheckpointPageCount: 1_000 };
  assertEquals(databaseAt("/a.db", [replica]), { path: "/a.db", metaPath: null, settings, replicas: [replica] });
  assertEquals(DEFAULT_LOGGING, { level: "info", type: "text", stream: "stdout" });
});

Deno.test("replicaConfigOf() prefers a replica's own credentials to the environment's", () => {
  const env = { AWS_ACCESS_KEY_ID: "env-id", AWS_SECRET_ACCESS_KEY: "env-secret", LITESTREAM_REGION: "eu-west-1" };
  const own = { LITESTREAM_ACCESS_KEY_ID: "own-id", LITESTREAM_SECRET_ACCESS_KEY: "own-secret" };
  for (const [credentials, accessKeyId] of [[{}, "env-id"], [own, "own-id"]] as const) {
    const config = replicaConfigOf({ ...BUCKET, credentials }, env);
    assertObjectMatch(config, { type: "s3", region: "eu-west-1", credentials: { accessKeyId } });
  }
  assertEquals(
    assertThrows(() => replicaConfigOf(BUCKET, { AWS_ACCESS_KEY_ID: "half a pair" }), ReplicateError).code,
    "bad-config",
  );
});

Deno.test("settingsOf() hands the pace of a replica to the engine", () => {
  assertEquals(settingsOf({ ...DEFAULT_PACE, syncIntervalMs: 5 }).syncIntervalMs, 5);
});
