import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { LITESTREAM_SETTINGS } from "../../../replicate/litestream/model.ts";
import { ReplicateError } from "../../../replicate/errors.ts";
import { configPath, parseConfig, readConfigFile } from "../../../replicate/litestream/config_file.ts";
import type { LitestreamConfig } from "../../../replicate/litestream/model.ts";
import { formatReplicaUrl } from "../../../replicate/store_url.ts";

const ENV = {
  HOME: "/home/jane",
  BUCKET: "backups",
  LITESTREAM_ACCESS_KEY_ID: "AKIDEXAMPLE",
  LITESTREAM_SECRET_ACCESS_KEY: "geheim#:'",
};

function parse(text: string, variables: "expand" | "keep" = "expand"): LitestreamConfig {
  return parseConfig(text, { env: ENV, variables, path: "litestream.yml" });
}

/** Each database with its replicas, in short. */
function shapeOf({ databases }: LitestreamConfig): string[] {
  return databases.map(({ path, replicas }) =>
    [path, ...replicas.map(({ name, location }) => `${name}=${formatReplicaUrl(location)}`)].join(" ")
  );
}

Deno.test("parseConfig() reads the configurations that Litestream's guides have", () => {
  const table: readonly (readonly [text: string, shape: readonly string[]])[] = [
    ["", []],
    ["# dbs:\n#  - path: /path/to/primary/db\n", []],
    ["dbs:\n", []],
    ["dbs:\n  - path: /var/lib/app.db\n    replicas:\n      - url: s3://mybkt.litestream.io/fruits.db\n", [
      "/var/lib/app.db s3=s3://mybkt.litestream.io/fruits.db",
    ]],
    [
      "access-key-id: $LITESTREAM_ACCESS_KEY_ID\nsecret-access-key: XYZ\ndbs:\n- path: ~/db\n  replicas: [{url: 's3://b/db'}]",
      [
        "/home/jane/db s3=s3://b/db",
      ],
    ],
    [
      "dbs:\n - path: /a.db\n   replicas:\n    - type: s3\n      bucket: ${BUCKET}\n      path: a.db\n      region: us-east-1\n" +
      "      endpoint: http://localhost:9000\n      force-path-style: true\n    - path: /mnt/backup/a\n - path: /b.db\n",
      ["/a.db s3=s3://backups/a.db file=file:///mnt/backup/a", "/b.db"],
    ],
    [
      "dbs:\n - path: /a.db\n   replicas:\n    - {name: one, url: 's3://b/one'}\n    - {name: two, url: 's3://b/two'}\n",
      ["/a.db one=s3://b/one two=s3://b/two"],
    ],
  ];
  for (const [text, shape] of table) assertEquals(shapeOf(parse(text)), shape, text);
});

Deno.test("parseConfig() reads every key of Litestream v0.3.13", () => {
  const config = parse(`
addr: ":9090"
exec: "myapp -addr :8080"
logging: {level: debug, type: json, stderr: true}
dbs:
  - path: /a.db
    meta-path: /var/meta
    monitor-interval: 250ms
    checkpoint-interval: 30s
    min-checkpoint-page-count: 500
    max-checkpoint-page-count: 5000
    replicas:
      - url: s3://bucket/a
        access-key-id: key
        secret-access-key: secret
        retention: 72h
        retention-check-interval: 30m
        sync-interval: 10s
        snapshot-interval: 24h
        validation-interval: 12h
`);
  const [database] = config.databases;
  assertEquals(config.addr, { host: "0.0.0.0", port: 9090 });
  assertEquals(config.exec, "myapp -addr :8080");
  assertEquals(config.logging, { level: "debug", type: "json", stream: "stderr" });
  assertEquals(database?.metaPath, "/var/meta");
  assertEquals(database?.settings, {
    ...LITESTREAM_SETTINGS,
    monitorIntervalMs: 250,
    checkpointIntervalMs: 30_000,
    minCheckpointPageCount: 500,
  });
  assertEquals(database?.replicas[0]?.pace, {
    syncIntervalMs: 10_000,
    retentionMs: 259_200_000,
    retentionCheckIntervalMs: 1_800_000,
    snapshotIntervalMs: 86_400_000,
    validationIntervalMs: 43_200_000,
  });
  const [first, second, ...others] = config.notices;
  assertStringIncludes(first ?? "", "max-checkpoint-page-count has no effect");
  assertStringIncludes(second ?? "", "retention-check-interval has no effect");
  assertEquals(others, []);
});

Deno.test("parseConfig() tells of a retention that is shorter than the shortest, and of none other", () => {
  for (const [retention, told] of [["59m", 1], ["1h", 0], ["0s", 0]] as const) {
    const { notices } = parse(`dbs: [{path: /a.db, replicas: [{path: /r, retention: ${retention}}]}]`);
    assertEquals(notices.filter((notice) => notice.includes("counts as 1h")).length, told, retention);
  }
});

Deno.test("parseConfig() refuses an addr that is none", () => {
  const error = assertThrows(() => parse("addr: localhost"), ReplicateError);
  assertStringIncludes(error.message, "addr: it must be an address and a port");
});

Deno.test("parseConfig() leaves variables as they are when it is told to", () => {
  const text = "dbs: [{path: /a.db, replicas: [{path: '/r/$BUCKET'}]}]";
  assertEquals(shapeOf(parse(text)), ["/a.db file=file:///r/backups"]);
  assertEquals(shapeOf(parse(text, "keep")), ["/a.db file=file:///r/$BUCKET"]);
});

Deno.test("parseConfig() takes a key whose variable is not set for absent", () => {
  const config = parse("access-key-id: $UNSET\nsecret-access-key: ${UNSET}\naddr: $UNSET\ndbs: $UNSET\n");
  assertEquals([config.addr, config.databases], [null, []]);
});

Deno.test("parseConfig() tells every problem with its place, and no secret", () => {
  const table: readonly (readonly [text: string, problems: readonly string[]])[] = [
    ["dbs: [", ["it is no YAML"]],
    ["dbs:\n  - path: /a.db\n   replicas: $LITESTREAM_SECRET_ACCESS_KEY\n", ["it is no YAML"]],
    ["dbs: [{path: 's3://bucket/db'}]", ["dbs[0].path: it must be the path of a database, not a URL"]],
    ["dbs: [{path: /a, replicas: [{path: /r}, {path: /s}]}]", [`dbs[0].replicas: two of them are named "file"`]],
    ["dbs: [{path: /a}, {path: /b/../a}]", [`dbs: two of them have the path "/a"`]],
    ["dbs: [{path: /a, replicas: [{path: /r}]}, {path: /b, replicas: [{path: /r}]}]", [
      `dbs: two replicas are at "file:///r"`,
    ]],
    ["dbs: [{path: /a, replicas: [{url: 'gcs://b'}, {name: x, url: 'sftp://u:geheim@h/'}]}]", [
      "dbs[0].replicas[0].url: Google's own API",
      "dbs[0].replicas[1].url: SFTP",
    ]],
    ["typo: 1\ndbs: [{path: /a, replicas: [{path: /r, age: {recipients: []}}]}]", [
      "typo: there is no such key",
      "dbs[0].replicas[0].age: encryption",
    ]],
  ];
  for (const [text, problems] of table) {
    const { code, message } = assertThrows(() => parse(text), ReplicateError);
    assertEquals(code, "bad-config");
    assertStringIncludes(message, `"litestream.yml"`);
    for (const problem of problems) assertStringIncludes(message, problem, text);
    assert(!message.includes("geheim"), message);
  }
});

Deno.test("readConfigFile() says which file there is not", async () => {
  const path = "/nonexistent/litestream.yml";
  const error = await assertRejects(() => readConfigFile(path, { env: {}, variables: "expand" }), ReplicateError, path);
  assertEquals(error.code, "bad-config");
});

Deno.test("configPath() prefers what was asked for to LITESTREAM_CONFIG, and that to Litestream's own place", () => {
  assertEquals(configPath("mine.yml", { LITESTREAM_CONFIG: "other.yml" }), "mine.yml");
  assertEquals(configPath(null, { LITESTREAM_CONFIG: "other.yml" }), "other.yml");
  assertEquals(configPath(null, { LITESTREAM_CONFIG: "" }), "/etc/litestream.yml");
});
