/** Somebody moves the database away, or another one over it, while it is in use. */

import { assertEquals } from "@std/assert";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";

Deno.test("hazard 38: a database that is replaced while it is in use is told, and what is open goes on being replicated", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path, stores: [store] });
    await engine.fill(3);
    await engine.synced();
    const told = (): string[] => engine.eventsOf("database-replaced").map(({ found }) => found);
    await Deno.rename(path, `${path}.moved`);
    await engine.happened("database-replaced");
    await Deno.writeTextFile(path, "another file");
    await engine.happened("database-replaced", 2);
    await engine.fill(3);
    await engine.synced();
    await Deno.rename(`${path}.moved`, path);
    await engine.happened("database-replaced", 3);
    assertEquals(told(), ["gone", "replaced", "same"]);
    assertEquals(await engine.stop(), "synced");
    assertEquals(engine.eventsOf("generation-started").length, 1);
    await assertRestoresEqual(store, path);
  });
});
