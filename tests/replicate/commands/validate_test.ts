import { assertEquals, assertStringIncludes } from "@std/assert";
import { validate } from "../../../replicate/commands/validate.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { copyFixture, FIXTURE_NAMES } from "../../support/litestream_fixture.ts";
import { recordHistory, ReplicaFolder, snapshotKey } from "../../support/replica_builder.ts";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
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
