import { assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { listReplica } from "../../replicate/replica.ts";
import { restore } from "../../replicate/restore.ts";
import { LATEST, planRestore } from "../../replicate/restore_plan.ts";
import {
  databaseAfter,
  generationOf,
  recordHistory,
  ReplicaFolder,
  segmentKey,
  sha256,
  snapshotKey,
} from "../support/replica_builder.ts";
import { impatientClock } from "../support/s3_server_store.ts";
import { beforeReads } from "../support/watched_store.ts";

const HISTORY = await recordHistory(512, [
  ["INSERT INTO item VALUES (1, 'a')", "INSERT INTO item VALUES (2, 'b')"],
  ["INSERT INTO item VALUES (3, 'c')"],
  ["INSERT INTO item VALUES (4, 'd')", "INSERT INTO item VALUES (5, 'e')"],
]);

Deno.test("restore() plans anew when objects vanish after they were listed", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  let hasMoved = false;
  const database = await databaseAfter(HISTORY, 2);
  const store = beforeReads(replica.store, async (key) => {
    if (hasMoved || key !== segmentKey(1, 0)) return;
    hasMoved = true;
    await replica.put(snapshotKey(2), await encodeFrame(database));
    await replica.store.delete((await replica.keys()).filter((other) => /\/0000000[01][._]/.test(other)));
  });
  const result = await restore(store, { outputPath: replica.outputPath, clock: impatientClock, random: () => 0.5 });
  assertEquals([store.lists, result?.objects], [2, 3], "twice");
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(HISTORY.database));
  assertEquals(await replica.outputFiles(), ["restored.db"]);
});

Deno.test("restore() lists nothing when it is told how, and plans anew when that has become wrong", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const plan = planRestore(await listReplica(replica.store), LATEST);
  if (plan === null) throw new RangeError();
  const store = beforeReads(replica.store, () => Promise.resolve());
  const options = { outputPath: replica.outputPath, clock: impatientClock, random: () => 0.5, plan };
  assertEquals([(await restore(store, options))?.objects, store.lists], [1 + HISTORY.segments.length, 0]);
  await Deno.remove(replica.outputPath);
  await replica.put(snapshotKey(1), await encodeFrame(await databaseAfter(HISTORY, 1)));
  await replica.store.delete((await replica.keys()).filter((key) => key.includes("/00000000")));
  const fewer = HISTORY.segments.filter(({ index }) => index >= 1).length;
  assertEquals([(await restore(store, options))?.objects, store.lists], [1 + fewer, 1]);
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(HISTORY.database));
});

Deno.test("restore() reads what an object holds, whatever size the listing gave it", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  for (const wrongly of [(size: number) => size - 1, (size: number) => size + 1_000, () => 0]) {
    const { outputPath } = replica;
    const plan = planRestore(await listReplica(replica.store), LATEST);
    if (plan === null) throw new RangeError();
    const segments = plan.segments.map((segment) => ({ ...segment, size: wrongly(segment.size) }));
    const options = { outputPath, clock: impatientClock, random: () => 0.5, plan: { ...plan, segments } };
    await restore(replica.store, options);
    assertEquals(sha256(await Deno.readFile(outputPath)), sha256(HISTORY.database));
    await Deno.remove(outputPath);
  }
});

Deno.test("restore() gives up when an object that is listed is not there, again and again", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const key = segmentKey(1, 0);
  const store = beforeReads(replica.store, (read) => {
    if (read !== key) return Promise.resolve();
    throw new ReplicateError("object-missing", `Cannot read object "${read}" as there is none`);
  });
  const options = { outputPath: replica.outputPath, clock: impatientClock, random: () => 0.5 };
  const error = await assertRejects(() => restore(store, options), ReplicateError, key);
  assertEquals([error.code, store.lists], ["object-missing", 3]);
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("restore() asks the chain for the order of generations only when there are several", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const prefixes: string[] = [];
  const { store } = replica;
  const watched = {
    ...beforeReads(store, () => Promise.resolve()),
    list: (prefix: string) => {
      prefixes.push(prefix);
      return store.list(prefix);
    },
  };
  const options = { outputPath: replica.outputPath, clock: impatientClock, random: () => 0.5 };
  await restore(watched, options);
  assertEquals(prefixes, ["generations/"]);
  await Deno.remove(replica.outputPath);
  await replica.put(snapshotKey(0, generationOf("00112233445566bb")), await encodeFrame(HISTORY.base));
  await restore(watched, options);
  assertEquals(prefixes, ["generations/", "generations/", "chain/"]);
});
