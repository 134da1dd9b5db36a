import { assertEquals, assertStringIncludes } from "@std/assert";
import { replicate } from "../../../replicate/commands/replicate.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { runHere } from "../../support/recording_shell.ts";

Deno.test("replicate replicate refuses arguments that make no sense, before it touches anything", async () => {
  const table: readonly (readonly [args: readonly string[], said: string])[] = [
    [["/a.db"], `Cannot replicate "/a.db" without a replica URL`],
    [["file:///replica"], "give the path of a database first"],
    [["-config", "x.yml", "/a.db", "file:///r"], "-config with a database and URLs"],
    [["/a.db", "file:///r", "file:///r"], `to "file:///r" twice`],
    [["/a.db", "gcs://bucket/db"], "gcs://bucket/db"],
    [["/a.db", "s3://bucket/db"], "LITESTREAM_SECRET_ACCESS_KEY"],
    [["-once", "/nonexistent/a.db", "file:///r"], "there is no such file"],
    [["-once", "-exec", "true", "/a.db", "file:///r"], "-once and -exec together"],
    [["-restore-if-db-not-exists", "/a.db", "file:///r"], "-restore-if-db-not-exists without -exec"],
    [["-once", "-restore-if-db-not-exists", "/a.db", "file:///r"], "-once and -restore-if-db-not-exists together"],
    [["-exec"], "write -exec COMMAND"],
    [[], "/nonexistent/litestream.yml"],
  ];
  for (const [args, said] of table) {
    const { code, err } = await runHere([replicate.name, ...args], { LITESTREAM_ACCESS_KEY_ID: "half a pair" });
    assertEquals(code, 1, args.join(" "));
    assertStringIncludes(err, said);
  }
});

Deno.test("replicate replicate says what in the configuration has no effect", async () => {
  await using folder = await ConfigFolder.create();
  await Deno.writeTextFile(folder.configPath, "dbs: [{path: $DIR/app.db, max-checkpoint-page-count: 9}]");
  const { code, out } = await folder.run("replicate", "-once");
  assertEquals(code, 1);
  assertStringIncludes(out[0] ?? "", "level=WARN");
  assertStringIncludes(out[0] ?? "", "max-checkpoint-page-count has no effect");
});
