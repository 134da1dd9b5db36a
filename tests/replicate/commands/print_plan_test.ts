import { assertEquals } from "@std/assert";
import { chooseReplica } from "../../../replicate/commands/choose_replica.ts";
import { printPlan } from "../../../replicate/commands/print_plan.ts";
import { LATEST } from "../../../replicate/restore_plan.ts";
import { GENERATION, ReplicaFolder, segmentKey, snapshotKey } from "../../support/replica_builder.ts";
import { recordingShell } from "../../support/recording_shell.ts";

Deno.test("printPlan() says which objects a restore takes, and how many bytes", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(snapshotKey(0), new Uint8Array(100));
  const chosen = await chooseReplica({ database: null, replicas: [{ name: "file", store: replica.store }] }, LATEST);
  if (chosen === null) throw new Error("expected a plan");
  const shell = recordingShell();
  printPlan(shell, chosen, { outputPath: "/out.db", format: "text" });
  assertEquals(shell.out, [
    "output       /out.db",
    "replica      file",
    `url          ${replica.store.url}`,
    `generation   ${GENERATION}`,
    `snapshot     ${snapshotKey(0)}`,
    "segments     0",
    "lastSegment  -",
    "bytes        100",
    "writtenAt    2026-01-01T00:00:00Z",
  ]);
  await replica.put(segmentKey(0, 0), new Uint8Array(11));
  const longer = await chooseReplica({ database: null, replicas: [{ name: "file", store: replica.store }] }, LATEST);
  if (longer === null) throw new Error("expected a plan");
  shell.out.length = 0;
  printPlan(shell, longer, { outputPath: "/out.db", format: "json" });
  const { segments, lastSegment, bytes } = JSON.parse(shell.out.join(""));
  assertEquals([segments, lastSegment, bytes], [1, segmentKey(0, 0), 111]);
});
