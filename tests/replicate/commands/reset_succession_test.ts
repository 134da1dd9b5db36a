/** After a reset, and before one is needed: two instances, one replica. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { countLinks } from "../../../replicate/chain.ts";
import { findLogEnd } from "../../../replicate/log_end.ts";
import type { ObjectStore } from "../../../replicate/object_store.ts";
import { listReplica } from "../../../replicate/replica.ts";
import { CliProcess } from "../../support/cli_process.ts";
import { assertRestoresEqual } from "../../support/page_compare.ts";
import { runHere } from "../../support/recording_shell.ts";
import { Engine, folderStore, withFolder } from "../../support/replicator_fixture.ts";

async function endStates(store: ObjectStore): Promise<string[]> {
  const states: string[] = [];
  for (const generation of await listReplica(store)) states.push((await findLogEnd(store, generation)).state);
  return states;
}

async function reset(path: string): Promise<void> {
  const { code, err } = await runHere(["reset", path]);
  assertEquals(code, 0, err);
}

Deno.test("a start after replicate reset ends the log that was left open, and links its generation behind it", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    {
      await using engine = await Engine.start({ path, stores: [store] });
      await engine.fill(3);
      await engine.synced();
    }
    assertEquals(await endStates(store), ["open"]);
    await reset(path);
    await using engine = await Engine.start({ path, stores: [store] });
    await engine.fill(2);
    await engine.synced();
    assertEquals(engine.eventsOf("generation-started").length, 1);
    assertEquals([await endStates(store), await countLinks(store)], [["ended", "open"], 2]);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 5);
    await assertRestoresEqual(store, path);
  });
});

Deno.test("a start after replicate reset fences the instance that had taken the replica over, whose log is still open", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    {
      await using engine = await Engine.start({ path, stores: [store] });
      await engine.fill(3);
      await engine.synced();
    }
    await using other = await Engine.start({ path: `${folder}/other.db`, stores: [store] });
    await other.fill(4);
    await other.synced();
    await reset(path);
    await using engine = await Engine.start({ path, stores: [store] });
    await engine.fill(1);
    await engine.synced();
    await other.commit("INSERT INTO note (body) VALUES ('too late')");
    await other.happened("fenced");
    assertEquals([await endStates(store), await countLinks(store)], [["ended", "open"], 2]);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 4);
    await assertRestoresEqual(store, path);
  });
});

Deno.test("replicate says that it is fenced when another instance has taken the log over, exits with 1, and goes on after a reset", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    const sqlite3 = async (sql: string): Promise<void> => {
      const args = ["-cmd", ".timeout 30000", path, sql];
      assertEquals((await new Deno.Command("sqlite3", { args }).output()).code, 0);
    };
    const args = ["replicate", path, `file://${folder}/replica`];
    await sqlite3("PRAGMA journal_mode = WAL; CREATE TABLE note (id INTEGER PRIMARY KEY, body)");
    {
      await using command = CliProcess.start(args);
      await command.says("Snapshot written");
      await using other = await Engine.start({ path: `${folder}/other.db`, stores: [store] });
      await other.fill(1);
      await other.synced();
      await sqlite3("INSERT INTO note (body) VALUES ('mine')");
      await command.says("Another instance writes to the replica");
      command.signal("SIGTERM");
      assertEquals(await command.end(), 1, command.output);
      assertStringIncludes(command.output, "Not everything is in the replicas");
    }
    await reset(path);
    await using command = CliProcess.start(args);
    await command.says("Snapshot written");
    command.signal("SIGTERM");
    assertEquals(await command.end(), 0, command.output);
    assertEquals([(await listReplica(store)).length, await countLinks(store)], [2, 2]);
    await assertRestoresEqual(store, path);
  });
});
