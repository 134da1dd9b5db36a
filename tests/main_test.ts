/** The program's start and end: help, what it cannot be configured with, and a service without replication. */

import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { run } from "../main.ts";
import { parseReplicateConfig, REPLICATE_SETTINGS } from "../replicate/mod.ts";
import { parseServerConfig, SERVER_SETTINGS } from "../server/mod.ts";
import { assertServed, assertStored, makePastes, readPaste, sendAll } from "./support/paste_client.ts";
import { seededRandom } from "./support/random.ts";
import { runScript, ServiceProcess } from "./support/service_process.ts";
import { namesIn, Workspace } from "./support/workspace.ts";

const BAD_ENV = {
  PORT: "http",
  MAX_SIZE: "big",
  LOG_LEVEL: "loud",
  DURABILITY: "maybe",
  ON_STALE: "ignore",
  DB_SYNC_INTERVAL: "soon",
  DB_REPLICA_URL: "s3://someone:hush-hush@bucket/path",
  LITESTREAM_SECRET_ACCESS_KEY: "top-secret",
};

Deno.test("main prints every variable with --help and ends with 0", async () => {
  for (const env of [{}, BAD_ENV]) {
    const { code, stdout, stderr } = await runScript("main.ts", ["--help"], env);
    assertEquals([code, stderr], [0, ""]);
    for (const { name } of [...SERVER_SETTINGS, ...REPLICATE_SETTINGS]) {
      assertMatch(stdout, new RegExp(`\\b${name}\\b`));
    }
    assertNotMatch(stdout, /top-secret|hush-hush/);
  }
});

Deno.test("main tells every problem of its configuration at once, no secret, and ends with 1", async () => {
  const { code, stdout, stderr } = await runScript("main.ts", ["-nosuchflag"], BAD_ENV);
  assertEquals([code, stdout], [1, ""]);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.filter((line) => !/^pastestream: Cannot [^\n]+$/.test(line)), []);
  for (const name of ["PORT", "MAX_SIZE", "LOG_LEVEL", "DURABILITY", "ON_STALE", "DB_SYNC_INTERVAL", "nosuchflag"]) {
    assertEquals(lines.filter((line) => line.includes(`${name}`)).length, 1, name);
  }
  assertStringIncludes(stderr, "replica URL");
  assertEquals(lines.length, 8, stderr);
  assertNotMatch(stderr, /top-secret|hush-hush/);
});

Deno.test("main tells that a bucket has no credentials, and ends with 1", async () => {
  const env = { PORT: "0", DB_REPLICA_URL: "s3://bucket/path", LITESTREAM_SECRET_ACCESS_KEY: "top-secret" };
  const { code, stderr } = await runScript("main.ts", [], env);
  assertEquals(code, 1);
  assertMatch(stderr, /^pastestream: Cannot reach the bucket [^\n]*LITESTREAM_ACCESS_KEY_ID[^\n]*\n$/);
  assertNotMatch(stderr, /top-secret/);
});

Deno.test("main names the port that is taken, ends with 1, and has touched nothing", async () => {
  await using workspace = await Workspace.make();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const env = { ...workspace.env, HOST: "127.0.0.1", PORT: String(port) };
  const { code, stderr } = await runScript("main.ts", [], env);
  assertEquals(code, 1);
  assertMatch(stderr, new RegExp(`^pastestream: [^\\n]*\\b${port}\\b[^\\n]*\\n$`));
  assertEquals(await namesIn(workspace.folder), []);
});

Deno.test("main names the database that it cannot open, says why, and ends with 1", async () => {
  await using workspace = await Workspace.make();
  const path = `${workspace.folder}/junk.db`;
  await Deno.writeTextFile(path, "This is a letter to my aunt, and no database at all.\n".repeat(100));
  const { code, stderr } = await runScript("main.ts", [], { PORT: "0", DB_PATH: path, DB_REPLICA_URL: "none" });
  assertEquals(code, 1);
  const complaint = stderr.split("\n").find((line) => line.startsWith("pastestream: ")) ?? "";
  assertMatch(complaint, /not a database/);
  assertStringIncludes(complaint, path);
});

Deno.test("a service without replication says so, keeps its pastes, and leaves no replica", async () => {
  await using workspace = await Workspace.make();
  const env = { ...workspace.env, DB_REPLICA_URL: "none" };
  await using first = await ServiceProcess.start(env);
  const { status, replication } = await first.untilReadiness("it is ready", ({ ready }) => ready);
  assertEquals(status, 200);
  assertEquals(replication, {
    role: "off",
    position: null,
    lagBytes: 0,
    lagSeconds: 0,
    lastSyncAt: null,
    error: null,
  });
  const pastes = await sendAll(first.url, makePastes(seededRandom(1), 50));
  await first.end("SIGKILL");
  await using second = await ServiceProcess.start(env);
  await second.untilReadiness("it is ready", ({ ready }) => ready);
  await assertServed(second.url, pastes);
  assertEquals((await second.end("SIGTERM")).code, 0, second.log);
  assertStored(workspace.databasePath, pastes);
  assertEquals(await namesIn(workspace.folder), ["data"]);
});

Deno.test("run() starts a service in this process, and its stop() gives the exit code", async () => {
  await using workspace = await Workspace.make();
  const env = { PORT: "0", HOST: "127.0.0.1", DB_PATH: workspace.databasePath, DB_REPLICA_URL: "none" };
  const server = parseServerConfig(env, []);
  const service = run({ server, replicate: parseReplicateConfig(env, { databasePath: server.databasePath }) });
  await service.ready;
  assert(service.port > 0);
  assertEquals((await readPaste(`http://127.0.0.1:${service.port}`, "healthz")).status, 200);
  assertEquals(await service.stop(), 0);
});
