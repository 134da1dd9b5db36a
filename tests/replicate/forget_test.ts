import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { forgetReplicas } from "../../replicate/forget.ts";
import { pathExists } from "../../replicate/path_exists.ts";
import { metaPath, statePath } from "../../replicate/state_file.ts";
import { Engine, folderStore, openApplication, withFolder } from "../support/replicator_fixture.ts";

Deno.test("forgetReplicas() has the next start begin a new generation, and loses nothing", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const stores = [folderStore(`${folder}/replica`)];
    {
      await using engine = await Engine.start({ path, stores });
      await engine.fill(3);
      await engine.synced();
      await engine.stop();
    }
    await forgetReplicas(path);
    assertFalse(await pathExists(statePath(metaPath(path))));
    await using engine = await Engine.start({ path, stores });
    await engine.happened("generation-started");
    assertEquals(engine.eventsOf("resumed"), []);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 3);
  });
});

Deno.test("forgetReplicas() refuses while a replicator runs, and takes nothing away", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    await using engine = await Engine.start({ path, stores: [folderStore(`${folder}/replica`)] });
    await engine.fill(3);
    await engine.synced();
    const error = await assertRejects(() => forgetReplicas(path), ReplicateError, "stop its replication first");
    assertEquals(error.code, "database-busy");
    assert(await pathExists(statePath(metaPath(path))));
    await engine.commit("INSERT INTO note (body) VALUES ('goes on')");
    await engine.synced();
  });
});

Deno.test("forgetReplicas() does without a database, and without anything to forget", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/meta`);
    await Deno.writeTextFile(statePath(`${folder}/meta`), "{}");
    for (const _time of [1, 2]) await forgetReplicas(`${folder}/none.db`, `${folder}/meta`);
    assertFalse(await pathExists(statePath(`${folder}/meta`)));
    openApplication(`${folder}/app.db`)[Symbol.dispose]();
    await forgetReplicas(`${folder}/app.db`);
  });
});
