import { assertEquals, assertMatch } from "@std/assert";
import { version } from "../../../replicate/commands/version.ts";
import { runHere } from "../../support/recording_shell.ts";

Deno.test("replicate version prints the version in deno.json", async () => {
  const project = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
  const { code, out } = await runHere([version.name]);
  assertEquals([code, out], [0, [project.version]]);
  assertMatch(out[0] ?? "", /^\d+\.\d+\.\d+/);
});
