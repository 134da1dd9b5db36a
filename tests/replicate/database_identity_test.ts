import { assertEquals } from "@std/assert";
import { DatabaseIdentity } from "../../replicate/database_identity.ts";
import { withFolder } from "../support/replicator_fixture.ts";

Deno.test("hazard 38: DatabaseIdentity.news() tells once that the file was moved away, replaced, or put back", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    await Deno.writeTextFile(path, "one");
    const identity = await DatabaseIdentity.of(path);
    await Deno.writeTextFile(path, "the same file");
    assertEquals(await identity.news(), null);
    await Deno.rename(path, `${path}.old`);
    assertEquals([await identity.news(), await identity.news()], ["gone", null]);
    await Deno.writeTextFile(path, "another file");
    assertEquals([await identity.news(), await identity.news()], ["replaced", null]);
    await Deno.rename(`${path}.old`, path);
    assertEquals([await identity.news(), await identity.news()], ["same", null]);
  });
});
