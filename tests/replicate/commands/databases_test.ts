import { assertEquals } from "@std/assert";
import { databases } from "../../../replicate/commands/databases.ts";
import { ConfigFolder } from "../../support/config_folder.ts";

Deno.test("replicate databases prints paths and the names of their replicas, and needs no credentials", async () => {
  await using folder = await ConfigFolder.create(["{path: $DIR/replica}", "{url: 's3://bucket/db', name: offsite}"]);
  const { code, out, err } = await folder.run(databases.name);
  const width = folder.databasePath.length;
  assertEquals([code, err], [0, ""]);
  assertEquals(out, [`${"path".padEnd(width)}  replicas`, `${folder.databasePath}  file,offsite`]);
  const json = await folder.run("databases", "-json");
  assertEquals(json.out.map((line) => JSON.parse(line)), [{
    path: folder.databasePath,
    replicas: ["file", "offsite"],
  }]);
});

Deno.test("replicate databases leaves variables alone when it is told to", async () => {
  await using folder = await ConfigFolder.create();
  const { out } = await folder.run("databases", "-no-expand-env");
  assertEquals(out[1], `${Deno.cwd()}/$DIR/app.db  file`);
});
