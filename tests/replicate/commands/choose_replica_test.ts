import { assertEquals, assertRejects } from "@std/assert";
import { chooseReplica } from "../../../replicate/commands/choose_replica.ts";
import type { Subject } from "../../../replicate/commands/sources.ts";
import { ReplicateError } from "../../../replicate/errors.ts";
import { LATEST } from "../../../replicate/restore_plan.ts";
import { GENERATION, generationOf, ReplicaFolder, segmentKey, snapshotKey } from "../../support/replica_builder.ts";

const DAY = Date.UTC(2026, 0, 1);
const bytes = new Uint8Array(10);

function subjectOf(...replicas: readonly ReplicaFolder[]): Subject {
  return { database: null, replicas: replicas.map(({ store }, i) => ({ name: `replica-${i}`, store })) };
}

Deno.test("chooseReplica() takes the replica that was written last, as far as the target goes", async () => {
  await using one = await ReplicaFolder.create();
  await using two = await ReplicaFolder.create();
  await one.put(snapshotKey(0), bytes, DAY);
  await one.put(segmentKey(0, 0), bytes, DAY + 5_000);
  await one.put(segmentKey(1, 0), bytes, DAY + 20_000);
  await two.put(snapshotKey(0), bytes, DAY);
  await two.put(segmentKey(0, 0), bytes, DAY + 10_000);
  const subject = subjectOf(one, two);
  const newest = await chooseReplica(subject, LATEST);
  assertEquals([newest?.name, newest?.writtenAtMs, newest?.plan.segments.length], ["replica-0", DAY + 20_000, 2]);
  const earlier = await chooseReplica(subject, { ...LATEST, timestampMs: DAY + 15_000 });
  assertEquals([earlier?.name, earlier?.writtenAtMs], ["replica-1", DAY + 10_000]);
});

Deno.test("chooseReplica() finds nothing where there is no snapshot, and looks on", async () => {
  await using empty = await ReplicaFolder.create();
  await using full = await ReplicaFolder.create();
  await empty.put(segmentKey(0, 0), bytes, DAY + 50_000);
  assertEquals(await chooseReplica(subjectOf(empty), LATEST), null);
  await full.put(snapshotKey(3), bytes, DAY);
  assertEquals((await chooseReplica(subjectOf(empty, full), LATEST))?.name, "replica-1");
});

Deno.test("chooseReplica() says what there is when nothing fits the target", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(snapshotKey(0x1f), bytes, DAY);
  await replica.put(snapshotKey(0x2f), bytes, DAY + 5_000);
  const table = [
    [{ ...LATEST, generation: generationOf("ffffffffffffffff") }, `there is "${GENERATION}"`],
    [{ ...LATEST, timestampMs: DAY - 1 }, "give a time from 2026-01-01T00:00:00.000Z"],
    [
      { ...LATEST, generation: GENERATION, index: 0x1e },
      `the index "1e" as it has no snapshot at or before it: give one from "1f"`,
    ],
  ] as const;
  for (const [target, said] of table) {
    const error = await assertRejects(() => chooseReplica(subjectOf(replica), target), ReplicateError, said);
    assertEquals(error.code, "object-missing");
  }
});
