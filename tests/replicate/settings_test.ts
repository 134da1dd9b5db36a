import { assert, assertEquals } from "@std/assert";
import { type Environment, parseReplicateConfig } from "../../replicate/config.ts";
import { REPLICATE_SETTINGS } from "../../replicate/settings.ts";

/** The variables that a reading of the configuration asks for. */
function variablesRead(env: Environment): Set<string> {
  const names = new Set<string>();
  const spy = new Proxy(env, {
    get: (target, name) => {
      if (typeof name === "string") names.add(name);
      return Reflect.get(target, name);
    },
  });
  parseReplicateConfig(spy, { databasePath: "store.db" });
  return names;
}

Deno.test("REPLICATE_SETTINGS lists every variable that the parser reads, by its own name or as a default", () => {
  const keys = { BUCKETEER_AWS_ACCESS_KEY_ID: "id", BUCKETEER_AWS_SECRET_ACCESS_KEY: "secret" };
  const aws = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  const url = { DB_REPLICA_URL: "s3://bucket/db" };
  const web = { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "role" };
  const container = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/x" };
  const settings = [keys, aws, web, container, { HOME: "/home/x" }].map((env) => ({ ...url, ...env }));
  const read = [...settings, {}].map(variablesRead);
  const listed = REPLICATE_SETTINGS.flatMap((
    setting,
  ) => [setting.name, ...setting.default.matchAll(/[A-Z][A-Z0-9_]{3,}/g)])
    .map(String);
  const known = new Set(listed);
  for (const name of read.flatMap((names) => [...names])) assert(known.has(name), `${name} is not listed`);
  for (const { name } of REPLICATE_SETTINGS) assert(read.some((names) => names.has(name)), `${name} is not read`);
});

Deno.test("REPLICATE_SETTINGS names each variable once, and says something of each", () => {
  const names = REPLICATE_SETTINGS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const setting of REPLICATE_SETTINGS) {
    assert(setting.meaning.length > 0 && setting.default.length > 0, setting.name);
  }
});

Deno.test("REPLICATE_SETTINGS tells the defaults that hold", () => {
  const defaultOf = (name: string): string =>
    REPLICATE_SETTINGS.find((setting) => setting.name === name)?.default ?? "";
  const { durability, onStale, settings } = parseReplicateConfig({}, { databasePath: "store.db" });
  assertEquals(defaultOf("DURABILITY"), `\`${durability}\``);
  assertEquals(defaultOf("ON_STALE"), `\`${onStale}\``);
  assert(defaultOf("DB_SYNC_INTERVAL").startsWith(`\`${settings.syncIntervalMs / 1_000}s\``));
  for (
    const [name, ms] of [["SNAPSHOT_INTERVAL", settings.snapshotIntervalMs], [
      "RETENTION",
      settings.retentionMs,
    ]] as const
  ) {
    assertEquals(defaultOf(name), `\`${ms / 3_600_000}h\``);
  }
  assert(defaultOf("VALIDATION_INTERVAL").startsWith(`\`${settings.validationIntervalMs}\``));
});
