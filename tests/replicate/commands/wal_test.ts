import { assertEquals, assertStringIncludes } from "@std/assert";
import { wal } from "../../../replicate/commands/wal.ts";
import { copyFixture, readFixtureObjects } from "../../support/litestream_fixture.ts";
import { runHere } from "../../support/recording_shell.ts";

Deno.test("replicate wal prints every segment with decimal index and offset", async () => {
  await using replica = await copyFixture("two-generations");
  const { code, out } = await runHere([wal.name, `file://${replica.path}`]);
  assertEquals(code, 0);
  assertEquals(out.slice(0, 3), [
    "replica  generation        index  offset  size   created",
    "file     31a84b79aa9d4079  0      0       693    2026-11-20T17:43:57Z",
    "file     31a84b79aa9d4079  0      28872   3769   2026-11-20T17:43:58Z",
  ]);
  const segments = (await readFixtureObjects("two-generations")).filter(({ path }) => path.includes("/wal/"));
  assertEquals(out.length, 1 + segments.length);
});

Deno.test("replicate wal prints one generation's segments alone, and refuses what is no generation", async () => {
  await using replica = await copyFixture("two-generations");
  const url = `file://${replica.path}`;
  const { out } = await runHere(["wal", "-json", "-generation", "025020eeece3403e", url]);
  assertEquals(new Set(out.map((line) => JSON.parse(line).generation)), new Set(["025020eeece3403e"]));
  assertEquals(out.length, 11);
  const refused = await runHere(["wal", "-generation", "latest", url]);
  assertEquals([refused.code, refused.out], [1, []]);
  assertStringIncludes(refused.err, `"latest"`);
});
