import { assertEquals } from "@std/assert";
import { snapshots } from "../../../replicate/commands/snapshots.ts";
import { copyFixture } from "../../support/litestream_fixture.ts";
import { snapshotKey } from "../../support/replica_builder.ts";
import { runHere } from "../../support/recording_shell.ts";

Deno.test("replicate snapshots prints Litestream's table", async () => {
  await using replica = await copyFixture("two-generations");
  const { code, out } = await runHere([snapshots.name, `file://${replica.path}`]);
  assertEquals([code, ...out], [
    0,
    "replica  generation        index  size   created",
    "file     31a84b79aa9d4079  0      468    2026-11-20T17:43:57Z",
    "file     025020eeece3403e  0      31728  2026-11-20T17:44:01Z",
  ]);
});

Deno.test("replicate snapshots prints the index as a decimal number", async () => {
  await using replica = await copyFixture("p512");
  await replica.put(snapshotKey(0x10), new Uint8Array(5));
  const { out } = await runHere(["snapshots", "-json", `file://${replica.path}`]);
  assertEquals(out.map((line) => JSON.parse(line)).filter(({ size }) => size === 5).map(({ index }) => index), [16]);
});
