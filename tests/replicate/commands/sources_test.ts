import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { CONFIG_FLAGS, REPLICA_FLAG } from "../../../replicate/commands/common_flags.ts";
import { parseFlags, UsageError } from "../../../replicate/commands/flags.ts";
import { findSubject, isUrl, loadConfig, openReplica } from "../../../replicate/commands/sources.ts";
import { ReplicateError } from "../../../replicate/errors.ts";
import { replicaAt } from "../../../replicate/litestream/model.ts";
import { parseReplicaUrl } from "../../../replicate/store_url.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { recordingShell } from "../../support/recording_shell.ts";

const SPECS = [...CONFIG_FLAGS, REPLICA_FLAG];

function shellOf(folder: ConfigFolder): ReturnType<typeof recordingShell> {
  return recordingShell({ env: { LITESTREAM_CONFIG: folder.configPath, DIR: folder.path, HOME: folder.path } });
}

Deno.test("isUrl() takes what has a scheme for a URL, and the rest for a path", () => {
  for (const text of ["s3://bucket/db", "file:///replica", "file:replica", "gcs://b", "S3://b"]) {
    assert(isUrl(text));
  }
  for (const text of ["/var/app.db", "app.db", "./a:b", "~/app.db"]) assertFalse(isUrl(text), text);
});

Deno.test("findSubject() finds a database by any path that leads to it", async () => {
  await using folder = await ConfigFolder.create(["{path: $DIR/one, name: one}", "{path: $DIR/two, name: two}"]);
  for (const path of [folder.databasePath, `${folder.path}/./x/../app.db`, "~/app.db"]) {
    const { database, replicas } = await findSubject(shellOf(folder), parseFlags(SPECS, [path]));
    assertEquals(database?.path, folder.databasePath);
    assertEquals(replicas.map(({ name, store }) => [name, store.url]), [
      ["one", `file://${folder.path}/one`],
      ["two", `file://${folder.path}/two`],
    ]);
  }
});

Deno.test("findSubject() asks no configuration when it is given a URL", async () => {
  const { database, replicas } = await findSubject(recordingShell(), parseFlags(SPECS, ["file:///replica"]));
  assertEquals([database, replicas.map(({ name, store }) => [name, store.url])], [null, [["file", "file:///replica"]]]);
});

Deno.test("findSubject() says what the configuration has instead", async () => {
  await using folder = await ConfigFolder.create();
  const find = (...args: readonly string[]): Promise<unknown> => findSubject(shellOf(folder), parseFlags(SPECS, args));
  await assertRejects(() => find("/other.db"), ReplicateError, `it has "${folder.databasePath}"`);
  await assertRejects(() => find("-replica", "s3", folder.databasePath), ReplicateError, `it has "file"`);
  await assertRejects(() => find("-replica", "s3", "file:///replica"), UsageError, "-replica");
  const error = await assertRejects(() => find("-config", "x", "s3://key:geheim@bucket/db"), UsageError, "-config");
  assertFalse(error.message.includes("geheim"));
});

Deno.test("findSubject() refuses a database that the configuration has without replicas", async () => {
  await using folder = await ConfigFolder.create();
  await Deno.writeTextFile(folder.configPath, `dbs: [{path: ${folder.databasePath}}]`);
  const flags = parseFlags(SPECS, [folder.databasePath]);
  await assertRejects(() => findSubject(shellOf(folder), flags), ReplicateError, "it has none");
});

Deno.test("loadConfig() prefers the flag to the environment", async () => {
  await using folder = await ConfigFolder.create();
  const config = await loadConfig(
    recordingShell(),
    parseFlags(SPECS, ["-config", folder.configPath, "-no-expand-env"]),
  );
  assertEquals(config.databases.map(({ path }) => path), [`${Deno.cwd()}/$DIR/app.db`]);
});

Deno.test("openReplica() refuses a bucket with half a pair of keys", () => {
  const source = replicaAt(parseReplicaUrl("s3://bucket/db"));
  const shell = recordingShell({ env: { LITESTREAM_ACCESS_KEY_ID: "half a pair" } });
  assertThrows(() => openReplica(source, shell), ReplicateError, "LITESTREAM_SECRET_ACCESS_KEY");
});
