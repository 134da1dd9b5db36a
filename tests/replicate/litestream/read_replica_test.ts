import { assertEquals, assertFalse, assertObjectMatch } from "@std/assert";
import { DEFAULT_PACE } from "../../../replicate/litestream/model.ts";
import { readReplica, type ReplicaSurroundings } from "../../../replicate/litestream/read_replica.ts";
import type { RawReplica } from "../../../replicate/litestream/schema.ts";

const AWS = { type: "s3", endpoint: null, region: null, forcePathStyle: null } as const;

function read(
  raw: RawReplica,
  credentials: ReplicaSurroundings["credentials"] = {},
): { replica: ReturnType<typeof readReplica>; problems: string[] } {
  const problems: string[] = [];
  const refuse = (key: string | null, problem: string): void => void problems.push(`${key ?? "-"}: ${problem}`);
  const replica = readReplica(raw, { credentials, env: { HOME: "/home/jane" }, refuse });
  return { replica, problems };
}

Deno.test("readReplica() finds out where a replica is, as Litestream does", () => {
  const table: readonly (readonly [RawReplica, Readonly<Record<string, unknown>>])[] = [
    [{ path: "/backup" }, { type: "file", path: "/backup" }],
    [{ path: "~/backup" }, { type: "file", path: "/home/jane/backup" }],
    [{ type: "file", path: "/backup" }, { type: "file", path: "/backup" }],
    [{ url: "file:///backup" }, { type: "file", path: "/backup" }],
    [{ url: "s3://bucket/db" }, { ...AWS, bucket: "bucket", path: "db" }],
    [{ type: "file", url: "s3://bucket/db" }, { ...AWS, bucket: "bucket", path: "db" }],
    [{ type: "s3", bucket: "bucket", path: "/a/db/" }, { ...AWS, bucket: "bucket", path: "a/db" }],
    [{ type: "s3", bucket: "bucket", path: "a b/50%" }, { ...AWS, bucket: "bucket", path: "a b/50%" }],
    [{ type: "s3", bucket: "bucket", region: "eu-west-1" }, {
      ...AWS,
      bucket: "bucket",
      path: "",
      region: "eu-west-1",
    }],
    [{ type: "s3", bucket: "b", path: "db", endpoint: "http://minio:9000" }, {
      type: "s3",
      bucket: "b",
      path: "db",
      endpoint: "http://minio:9000",
      region: null,
      forcePathStyle: true,
    }],
    [{ type: "s3", bucket: "b", endpoint: "https://s3.example.com", "force-path-style": false }, {
      type: "s3",
      bucket: "b",
      path: "",
      endpoint: "https://s3.example.com",
      region: null,
      forcePathStyle: false,
    }],
    [{ url: "s3://b.fra1.digitaloceanspaces.com/db", region: "us-east-1" }, {
      type: "s3",
      bucket: "b",
      path: "db",
      endpoint: "https://fra1.digitaloceanspaces.com",
      region: "us-east-1",
      forcePathStyle: true,
    }],
    [{ url: "s3://bucket/db", "skip-verify": false }, { ...AWS, bucket: "bucket", path: "db" }],
  ];
  for (const [raw, location] of table) {
    const { replica, problems } = read(raw);
    assertEquals(problems, [], JSON.stringify(raw));
    assertObjectMatch({ ...replica?.location }, location, JSON.stringify(raw));
  }
});

Deno.test("readReplica() names a replica after its kind unless it has a name", () => {
  assertEquals(read({ path: "/backup" }).replica?.name, "file");
  assertEquals(read({ url: "s3://bucket/db" }).replica?.name, "s3");
  assertEquals(read({ url: "s3://bucket/db", name: "offsite" }).replica?.name, "offsite");
});

Deno.test("readReplica() refuses what cannot be done as it is meant, and says what can", () => {
  const table: readonly (readonly [RawReplica, string])[] = [
    [{ type: "abs", bucket: "b" }, "type: Azure"],
    [{ url: "abs://account@container/db" }, "url: Azure"],
    [{ type: "sftp" }, "type: SFTP"],
    [{ url: "sftp://user:secret@host/db" }, "url: SFTP"],
    [{ url: "gcs://bucket/db" }, `url: Google's own API is not supported: use type "s3"`],
    [{ url: "nats://host/db" }, `type: it must be "s3" or "file": current value is "nats"`],
    [{ type: "s4" }, `type: it must be "s3" or "file": current value is "s4"`],
    [{ type: "s3", bucket: "my bucket" }, "bucket: Cannot read the replica URL"],
    [{ type: "s3", bucket: "b", path: "s3://b/db" }, "path: it must be a path"],
    [{}, `-: it must have a "path", or a "url"`],
    [{ type: "s3" }, `-: it must have a "bucket", or a "url"`],
    [{ path: "s3://bucket/db" }, `path: it must be a path: a URL goes into "url"`],
    [{ path: "/a", url: "file:///b" }, `path: the "url" has a path already`],
    [{ url: "s3://bucket/db", bucket: "other" }, `bucket: the "url" has a bucket already`],
    [{ url: "/backup" }, "url: it must begin with a scheme"],
    [{ url: "s3://key:secret@bucket/db" }, "url: Cannot read the replica URL"],
    [{ url: "s3://bucket/db", "skip-verify": true }, "skip-verify: a server's certificate is always verified"],
    [{ path: "/backup", region: "eu-west-1" }, `region: only a replica of type "s3" has it`],
    [{ url: "s3://bucket/db", "access-key-id": "id" }, "secret-access-key: it must be there"],
  ];
  for (const [raw, problem] of table) {
    const { problems } = read(raw);
    assertEquals([problems.length, problems[0]?.startsWith(problem)], [1, true], `${JSON.stringify(raw)}: ${problems}`);
    assertFalse(problems[0]?.includes("secret@"));
  }
});

Deno.test("readReplica() takes a replica's own pair of keys, else the document's, and never halves of both", () => {
  const shared = { "access-key-id": "shared-id", "secret-access-key": "shared-secret" };
  const own = { "access-key-id": "own-id", "secret-access-key": "own-secret" };
  const url = "s3://bucket/db";
  assertEquals(read({ url, ...own }, shared).replica?.credentials, {
    LITESTREAM_ACCESS_KEY_ID: "own-id",
    LITESTREAM_SECRET_ACCESS_KEY: "own-secret",
  });
  assertEquals(read({ url }, shared).replica?.credentials, {
    LITESTREAM_ACCESS_KEY_ID: "shared-id",
    LITESTREAM_SECRET_ACCESS_KEY: "shared-secret",
  });
  assertEquals(read({ url }).replica?.credentials, {});
  assertEquals(read({ url, "access-key-id": "own-id" }, shared).problems, [
    "secret-access-key: it must be there, as the other half of the pair is",
  ]);
  assertEquals(read({ path: "/backup" }, shared).replica?.credentials, {});
});

Deno.test("readReplica() paces a replica as Litestream does", () => {
  assertEquals(read({ path: "/backup" }).replica?.pace, DEFAULT_PACE);
  const pace = read({ path: "/backup", retention: 7_200_000, "sync-interval": 10_000, "snapshot-interval": 60_000 });
  assertEquals(pace.replica?.pace, {
    syncIntervalMs: 10_000,
    retentionMs: 7_200_000,
    retentionCheckIntervalMs: 3_600_000,
    snapshotIntervalMs: 60_000,
    validationIntervalMs: 0,
  });
});

Deno.test("readReplica() keeps objects for an hour at the least, unless nothing is to be deleted", () => {
  for (const [asked, kept] of [[0, 0], [1, 3_600_000], [3_599_999, 3_600_000], [3_600_001, 3_600_001]] as const) {
    assertEquals(read({ path: "/backup", retention: asked }).replica?.pace.retentionMs, kept);
  }
});
