import { assertEquals } from "@std/assert";
import { status } from "../../../replicate/commands/status.ts";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { formatPosition } from "../../../replicate/position.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { addForeignGeneration } from "../../support/foreign_generation.ts";
import { copyFixture, readFixtureObjects } from "../../support/litestream_fixture.ts";
import { ReplicaFolder, segmentKey, snapshotKey } from "../../support/replica_builder.ts";
import { Engine, folderStore } from "../../support/replicator_fixture.ts";
import { runHere } from "../../support/recording_shell.ts";

async function statusOf(replica: ReplicaFolder): Promise<Record<string, unknown>> {
  const { code, out, err } = await runHere([status.name, "-json", `file://${replica.path}`]);
  assertEquals([code, err, out.length], [0, "", 1]);
  return JSON.parse(out[0] ?? "");
}

Deno.test("replicate status tells generation, position, size and age of a replica", async () => {
  await using replica = await copyFixture("two-generations");
  const objects = await readFixtureObjects("two-generations");
  const restored = await replica.restore();
  assertEquals(await statusOf(replica), {
    replica: "file",
    generation: "025020eeece3403e",
    position: restored === null ? null : formatPosition(restored.position),
    state: "open",
    chain: 0,
    database: null,
    lag: null,
    snapshots: 2,
    objects: objects.length,
    size: objects.reduce((sum, { size }) => sum + size, 0),
    updated: "2026-11-20T17:44:02.420Z",
  });
});

Deno.test("replicate status tells an empty replica, one without a snapshot, and one whose writer has ended", async () => {
  await using replica = await ReplicaFolder.create();
  assertEquals((await statusOf(replica))["state"], "empty");
  const empty = await encodeFrame(new Uint8Array());
  await replica.put(segmentKey(0, 0), await encodeFrame(new Uint8Array(32)));
  const { state, position } = await statusOf(replica);
  assertEquals([state, position], ["no-snapshot", "00112233445566aa/00000000:32"]);
  await replica.put(snapshotKey(0), empty);
  assertEquals((await statusOf(replica))["state"], "open");
  await replica.put(segmentKey(0, 32), empty);
  assertEquals((await statusOf(replica))["state"], "sealed");
});

Deno.test("replicate status tells what the database on this disk is to its replica", async () => {
  await using folder = await ConfigFolder.create();
  const store = folderStore(`${folder.path}/replica`);
  const look = async (): Promise<unknown[]> => {
    const { code, out, err } = await folder.run("status", "-json", folder.databasePath);
    assertEquals([code, err], [0, ""]);
    const { database, lag } = JSON.parse(out[0] ?? "");
    return [database, lag];
  };
  assertEquals(await look(), ["absent", null]);
  await using engine = await Engine.start({ path: folder.databasePath, stores: [store] });
  await engine.fill(3);
  await engine.synced();
  assertEquals(await look(), ["continues", 0]);
  await engine.stop();
  engine.application.exec("INSERT INTO note (body) VALUES ('later')");
  const [relation, lag] = await look();
  assertEquals([relation, Number(lag) > 4_000], ["continues", true]);
  await addForeignGeneration(`${folder.path}/replica`);
  assertEquals(await look(), ["stale", null]);
  await Deno.remove(`${folder.path}/replica/generations/ffffffffffffffff`, { recursive: true });
  engine.application.all("PRAGMA wal_checkpoint(TRUNCATE)");
  assertEquals(await look(), ["new-generation", null]);
});
