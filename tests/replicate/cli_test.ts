import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  copyFixture,
  FIXTURE_NAMES,
  inspectDatabase,
  readFixtureMeta,
  readFixtureObject,
  readFixtureObjects,
} from "../support/litestream_fixture.ts";
import { ReplicaFolder, sha256 } from "../support/replica_builder.ts";
import { S3Server } from "../support/s3_server.ts";
import { PROJECT_ROOT } from "../support/source_tree.ts";

const CLI = `${PROJECT_ROOT}/replicate/cli.ts`;

/** What a run of the command line came to. */
interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as users do: a process of its own, which knows only the variables that it is given. */
async function replicate(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const kept = ["PATH", "HOME", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-all", "--quiet", CLI, ...args],
    env: { ...Object.fromEntries(kept), NO_COLOR: "1", ...env },
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (const name of FIXTURE_NAMES) {
  Deno.test(`replicate restore writes the bytes that Litestream restores (${name})`, async () => {
    await using replica = await copyFixture(name);
    const { code, stdout, stderr } = await replicate(["restore", "-o", replica.outputPath, `file://${replica.path}`]);
    assertEquals([code, stdout], [0, ""], stderr);
    const meta = await readFixtureMeta(name);
    assertEquals(sha256(await Deno.readFile(replica.outputPath)), meta.db_sha256);
    assertEquals(await replica.outputFiles(), ["restored.db"]);
    const { rows_sha256, integrity } = inspectDatabase(replica.outputPath);
    assertEquals([rows_sha256, integrity], [meta.rows_sha256, "ok"]);
    const objects = (await readFixtureObjects(name)).filter(({ path }) => stderr.includes(path.split("/")[1] ?? ""));
    assertMatch(
      stderr,
      new RegExp(
        `^Restored "${replica.outputPath}" to [0-9a-f]{16}/[0-9a-f]{8}:\\d+: \\d+ bytes from ${objects.length} objects in `,
      ),
    );
  });
}

Deno.test("replicate restore reads a bucket with credentials, region and endpoint from the environment", async () => {
  await using server = await S3Server.start();
  for (const { path } of await readFixtureObjects("p512")) {
    server.objects.put(`some/path/${path}`, await readFixtureObject("p512", path));
  }
  server.nextFaults.push("drop-before", null, "error-503", "truncate-body");
  await using output = await ReplicaFolder.create();
  const { accessKeyId, secretAccessKey, region } = server.signer;
  const url = `s3://${server.bucket}/some/path`;
  const env = { LITESTREAM_S3_ENDPOINT: server.endpoint, LITESTREAM_REGION: region };
  const credentials = { LITESTREAM_ACCESS_KEY_ID: accessKeyId, LITESTREAM_SECRET_ACCESS_KEY: secretAccessKey };
  const run = await replicate(["restore", "-parallelism", "2", "-o", output.outputPath, url], {
    ...env,
    ...credentials,
  });
  assertEquals(run.code, 0, run.stderr);
  assertEquals(sha256(await Deno.readFile(output.outputPath)), (await readFixtureMeta("p512")).db_sha256);
  const none = await replicate(["restore", "-o", `${output.outputPath}2`, url], env);
  assertEquals(none.code, 1);
  assertStringIncludes(none.stderr, "LITESTREAM_ACCESS_KEY_ID");
  const wrong = await replicate(["restore", "-o", `${output.outputPath}2`, url], {
    ...env,
    LITESTREAM_ACCESS_KEY_ID: accessKeyId,
    LITESTREAM_SECRET_ACCESS_KEY: "wrong-secret",
  });
  assertEquals(wrong.code, 1);
  assert(!wrong.stderr.includes("wrong-secret"), wrong.stderr);
  assertEquals(await output.outputFiles(), ["restored.db"]);
});

Deno.test("replicate restore fails, and leaves what is there, when the target exists", async () => {
  await using replica = await copyFixture("p512");
  const args = ["-o", replica.outputPath, `file://${replica.path}`];
  await Deno.writeTextFile(replica.outputPath, "precious");
  const refused = await replicate(["restore", ...args]);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, replica.outputPath);
  const satisfied = await replicate(["restore", "-if-db-not-exists", ...args]);
  assertEquals([satisfied.code, satisfied.stdout], [0, ""], satisfied.stderr);
  const switchedOff = await replicate(["restore", "-if-db-not-exists=false", ...args]);
  assertEquals(switchedOff.code, 1);
  assertEquals(await replica.outputFiles(), ["restored.db"]);
  assertEquals(await Deno.readTextFile(replica.outputPath), "precious");
});

Deno.test("replicate restore does its work when -if-db-not-exists and -if-replica-exists do not apply", async () => {
  await using replica = await copyFixture("p512");
  const args = [`-o=${replica.outputPath}`, "--if-db-not-exists", `file://${replica.path}`, "-if-replica-exists"];
  const { code, stderr } = await replicate(["restore", ...args]);
  assertEquals(code, 0, stderr);
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), (await readFixtureMeta("p512")).db_sha256);
});

Deno.test("replicate restore fails when the replica is empty, unless -if-replica-exists is given", async () => {
  await using replica = await ReplicaFolder.create();
  const args = ["-o", replica.outputPath, `file://${replica.path}`];
  const refused = await replicate(["restore", ...args]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, replica.path);
  assertEquals((await replicate(["restore", "-if-replica-exists", ...args])).code, 0);
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("replicate restore names the damaged object, fails and leaves nothing", async () => {
  await using replica = await copyFixture("p512");
  const [key = ""] = (await replica.keys()).filter((one) => one.endsWith("00000238.wal.lz4"));
  await replica.put(key, new Uint8Array(10));
  const { code, stderr } = await replicate(["restore", "-o", replica.outputPath, `file://${replica.path}`]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, key);
  assert(!/\n\s+at /.test(stderr), "no stack");
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("replicate refuses arguments that make no sense, in words, and does nothing", async () => {
  await using replica = await copyFixture("p512");
  const [target, url] = [replica.outputPath, `file://${replica.path}`];
  const table: readonly (readonly [args: readonly string[], said: string])[] = [
    [["restore", "-o", target, "-no-such-flag", url], `"-no-such-flag"`],
    [["restore", "-o", target, "-timestamp", "yesterday", url], `"yesterday"`],
    [["restore", url], "-o PATH"],
    [["restore", url, "-o"], "-o PATH"],
    [["restore", "-o", target], "replica URL"],
    [["restore", "-o", target, url, url], "replica URL"],
    [["restore", "-o", target, "-parallelism", "0", url], `"0"`],
    [["restore", "-o", target, "-parallelism", "many", url], `"many"`],
    [["restore", "-o", target, "ftp://host/path"], "ftp://host/path"],
    [["restore", "-o", target, "s3://key:secret@bucket/path"], "credentials"],
    [["backup"], `"backup"`],
  ];
  for (const [args, said] of table) {
    const { code, stdout, stderr } = await replicate(args);
    assertEquals([code, stdout], [1, ""], args.join(" "));
    assertStringIncludes(stderr, said);
    assert(!stderr.includes("secret"), stderr);
  }
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("replicate prints help to standard output, and fails without a command", async () => {
  for (const [args, expected] of [[["help"], 0], [["-h"], 0], [["restore", "-h"], 0], [[], 1]] as const) {
    const { code, stdout, stderr } = await replicate(args);
    assertEquals([code, stderr], [expected, ""]);
    assertStringIncludes(stdout, "Usage: replicate ");
  }
});

Deno.test("replicate reads the configuration that LITESTREAM_CONFIG names, with the environment's variables in it", async () => {
  await using replica = await copyFixture("p512");
  const config = `${replica.path}/litestream.yml`;
  await Deno.writeTextFile(config, "dbs: [{path: $DB, replicas: [{path: '${REPLICA}'}]}]");
  const env = { LITESTREAM_CONFIG: config, DB: replica.outputPath, REPLICA: replica.path };
  const { code, stderr } = await replicate(["restore", replica.outputPath], env);
  assertEquals(code, 0, stderr);
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), (await readFixtureMeta("p512")).db_sha256);
});
