import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { reset } from "../../../replicate/commands/reset.ts";
import { pathExists } from "../../../replicate/path_exists.ts";
import { metaPath, statePath } from "../../../replicate/state_file.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { openApplication } from "../../support/replicator_fixture.ts";
import { runHere } from "../../support/recording_shell.ts";

async function remember(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(statePath(folder), "{}");
  return statePath(folder);
}

Deno.test("replicate reset forgets in the usual folder, with and without a configuration", async () => {
  await using folder = await ConfigFolder.create();
  openApplication(folder.databasePath)[Symbol.dispose]();
  const state = await remember(metaPath(folder.databasePath));
  const { code, err } = await folder.run(reset.name, folder.databasePath);
  assertEquals([code, err], [0, `Reset "${folder.databasePath}": its next replication begins a new generation`]);
  assertFalse(await pathExists(state));
  assertEquals((await runHere(["reset", folder.databasePath])).code, 0);
});

Deno.test("replicate reset forgets where the configuration says", async () => {
  await using folder = await ConfigFolder.create();
  const state = await remember(`${folder.path}/meta`);
  await Deno.writeTextFile(folder.configPath, "dbs: [{path: $DIR/app.db, meta-path: $DIR/meta}]");
  openApplication(folder.databasePath)[Symbol.dispose]();
  assertEquals((await folder.run("reset", folder.databasePath)).code, 0);
  assertFalse(await pathExists(state));
});

Deno.test("replicate reset refuses a URL, a path where there is nothing, and a database that is read", async () => {
  await using folder = await ConfigFolder.create();
  assertStringIncludes((await folder.run("reset", "file:///replica")).err, "Cannot reset a replica");
  const none = await folder.run("reset", folder.databasePath);
  assertEquals(none.code, 1);
  assertStringIncludes(none.err, "neither a database nor");
  using application = openApplication(folder.databasePath);
  application.exec("CREATE TABLE item (id)");
  application.exec("BEGIN");
  application.all("SELECT * FROM item");
  const state = await remember(metaPath(folder.databasePath));
  const refused = await folder.run("reset", folder.databasePath);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.err, "stop its replication first");
  assert(await pathExists(state));
});
