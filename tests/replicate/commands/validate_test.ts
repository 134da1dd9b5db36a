import { assertEquals, assertStringIncludes } from "@std/assert";
import { validate } from "../../../replicate/commands/validate.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { copyFixture, FIXTURE_NAMES } from "../../support/litestream_fixture.ts";
import { recordHistory, ReplicaFolder, snapshotKey } from "../../support/replica_builder.ts";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { CliProcess } from "../../support/cli_process.ts";
import { openApplication } from "../../support/replicator_fixture.ts";
import { runScript } from "../../support/service_process.ts";
import { runHere } from "../../support/recording_shell.ts";

Deno.test("replicate validate proves that a sound replica can be restored, and leaves nothing behind", async () => {
  for (const name of FIXTURE_NAMES) {
    await using replica = await copyFixture(name);
    const { code, out, err } = await runHere([validate.name, "-json", `file://${replica.path}`]);
    const { replica: label, result, bytes } = JSON.parse(out[0] ?? "{}");
    assertEquals([code, err, out.length, label, result, bytes > 0], [0, "", 1, "file", "ok", true], name);
    assertEquals(await replica.outputFiles(), []);
  }
});

Deno.test("replicate validate fails for a damaged, an empty and an unsound replica, and still looks at the others", async () => {
  await using sound = await copyFixture("p512");
  await using damaged = await copyFixture("p512");
  await damaged.put("generations/1f9e986c2553b752/wal/00000003_00000238.wal.lz4", new Uint8Array(20));
  const { base } = await recordHistory(512, [["INSERT INTO item (body) VALUES (1)"]]);
  await using unsound = await ReplicaFolder.create();
  await unsound.put(snapshotKey(0), await encodeFrame(base.slice().fill(0xff, 512)));
  await using empty = await ReplicaFolder.create();
  const named = { damaged, empty, unsound, sound };
  await using folder = await ConfigFolder.create(
    Object.entries(named).map(([name, { path }]) => `{path: ${path}, name: ${name}}`),
  );
  const { code, out, err } = await folder.run("validate", folder.databasePath);
  assertEquals([code, ...out.map((line) => line.split(/  +/).slice(0, 2).join(" "))], [
    1,
    "replica result",
    "damaged failed",
    "empty empty",
    "unsound failed",
    "sound ok",
  ]);
  assertStringIncludes(err, "00000003_00000238.wal.lz4");
  assertStringIncludes(err, "SQLite finds it damaged");
  assertEquals((await folder.run("validate", "-replica", "empty", folder.databasePath)).code, 1);
  assertEquals((await folder.run("validate", "-replica", "sound", folder.databasePath)).code, 0);
});

Deno.test("replicate validate compares the live database while its replication runs, and after it, and keeps its WAL", async () => {
  await using folder = await ConfigFolder.create();
  const sqlite3 = async (sql: string): Promise<void> => {
    const args = ["-cmd", ".timeout 30000", folder.databasePath, sql];
    assertEquals((await new Deno.Command("sqlite3", { args }).output()).code, 0);
  };
  const env = { DIR: folder.path, LITESTREAM_CONFIG: folder.configPath };
  const look = async (): Promise<unknown[]> => {
    const { code, stdout, stderr } = await runScript(
      "replicate/cli.ts",
      ["validate", "-json", folder.databasePath],
      env,
    );
    const { result, database } = JSON.parse(stdout);
    return [code, result, database, stderr.includes("Not validated against")];
  };
  await sqlite3("PRAGMA journal_mode = WAL; CREATE TABLE item (body)");
  {
    await using command = CliProcess.start(["replicate"], env);
    await command.says("Snapshot written");
    const writing = sqlite3("INSERT INTO item VALUES (randomblob(3000));".repeat(500));
    assertEquals(await look(), [0, "ok", "equal", false]);
    await writing;
    assertEquals(await look(), [0, "ok", "equal", false]);
    command.signal("SIGTERM");
    assertEquals(await command.end(), 0, command.output);
  }
  assertEquals(await look(), [0, "ok", "equal", false]);
  await using command = CliProcess.start(["replicate"], env);
  await command.says("Replication resumed where it was");
});

Deno.test("replicate validate has an exit code of its own for what it could not find out", async () => {
  await using folder = await ConfigFolder.create();
  await using replica = await copyFixture("p512");
  openApplication(folder.databasePath)[Symbol.dispose]();
  await Deno.writeTextFile(folder.configPath, `dbs: [{path: $DIR/app.db, replicas: [{path: ${replica.path}}]}]`);
  const { code, out, err } = await folder.run("validate", "-json", folder.databasePath);
  const { result, database } = JSON.parse(out[0] ?? "{}");
  assertEquals([code, result, database], [2, "not-validated", "unknown"]);
  assertStringIncludes(err, "Not validated against");
});
