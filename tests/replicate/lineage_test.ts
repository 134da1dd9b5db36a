/** How a writer gets its place; the table of decisions is tested by resume_test.ts. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Lineage } from "../../replicate/lineage.ts";
import type { ResumeDecision } from "../../replicate/resume.ts";
import { ForeignWriterError, ReplicaSync } from "../../replicate/sync.ts";
import { WalDiscontinuity } from "../../replicate/wal_cursor.ts";
import { parseGeneration } from "../../replicate/generation.ts";
import { metaFolder } from "../support/machine.ts";
import { folderStore } from "../support/replicator_fixture.ts";
import { withWriterScene, type WriterScene } from "../support/writer_context.ts";

const SIGNAL = new AbortController().signal;
const generation = parseGeneration("00112233445566aa") ?? (() => {
  throw new Error("That is a generation");
})();
const BEGIN: ResumeDecision = { type: "new-generation", reason: "first generation", generation: null, reach: null };

function lineageOf(
  { folder, context }: WriterScene,
  decision: ResumeDecision | null,
): { readonly sync: ReplicaSync; readonly lineage: Lineage; readonly url: string } {
  const store = folderStore(`${folder}/replica`);
  const sync = new ReplicaSync(store, context.settings.segmentBytesMax);
  return { sync, lineage: new Lineage(context, store, sync, decision), url: store.url };
}

Deno.test("Lineage.attach() begins a generation in a short WAL, and remembers it", async () => {
  await withWriterScene(async (scene) => {
    scene.application.exec("INSERT INTO note (body) VALUES (randomblob(50000))");
    const { sync, lineage, url } = lineageOf(scene, null); // looks at the replica by itself: it is empty
    assertEquals(await lineage.attach(SIGNAL), { hasSnapshot: false, isOwner: false });
    assertEquals(sync.position?.index, 0);
    assertEquals(sync.position?.offset, 0);
    assertEquals(await sync.place?.cursor.findEnd(), 32 + 4120, "our own commit only");
    const [, started] = scene.events;
    assertEquals(started, {
      type: "generation-started",
      replica: url,
      position: `${sync.position?.generation}/00000000:0`,
      reason: "first generation",
    });
    const state = scene.context.state.get(url);
    assertEquals(state?.salt, (await scene.context.walFile.readHeader())?.salt);
    assertEquals([state?.generation, state?.index, state?.previousEnd], [sync.position?.generation, 0, null]);
  });
});

Deno.test("Lineage.followRestart() goes on at the next index, and remembers where the last WAL ended", async () => {
  await withWriterScene(async (scene) => {
    const { sync, lineage, url } = lineageOf(scene, BEGIN);
    await lineage.attach(SIGNAL);
    await sync.capture(0, Infinity);
    const end = sync.place?.cursor.offset ?? 0;
    const header = await scene.context.walFile.readHeader();
    if (header === null) throw new Error("There is no WAL");
    lineage.followRestart(header);
    await lineage.remember();
    assertEquals([sync.place?.index, sync.place?.cursor.offset], [1, 0]);
    assertEquals(scene.context.state.get(url)?.index, 1);
    assertEquals(scene.context.state.get(url)?.previousEnd, end);
  });
});

Deno.test("Lineage.abandon() makes the next attach() begin another generation", async () => {
  await withWriterScene(async (scene) => {
    const { sync, lineage, url } = lineageOf(scene, BEGIN);
    await lineage.attach(SIGNAL);
    const first = sync.position?.generation;
    lineage.abandon("wal outgrew its bound");
    assertEquals([sync.place, sync.position], [null, null]);
    assertEquals(scene.context.state.get(url)?.generation, first, "whose history this is stays known");
    await lineage.attach(SIGNAL);
    assert(sync.position?.generation !== first);
    assertEquals(scene.context.state.get(url)?.parent, first);
    const started = scene.events.filter((event) => event.type === "generation-started");
    assertEquals(started.map(({ reason }) => reason), ["first generation", "wal outgrew its bound"]);
  });
});

Deno.test("Lineage.attach() rejects when the replica has what this database has not", async () => {
  await withWriterScene(async (scene) => {
    const { sync, lineage } = lineageOf(scene, { type: "stale", generation });
    const error = await assertRejects(() => lineage.attach(SIGNAL), ForeignWriterError);
    assertEquals(error.key, `generations/${generation}/`);
    assertEquals(sync.place, null);
  });
});

Deno.test("Lineage.attach() rejects when the WAL was restarted since the decision", async () => {
  await withWriterScene(async (scene) => {
    const header = await scene.context.walFile.readHeader();
    if (header === null) throw new Error("There is no WAL");
    const decision: Extract<ResumeDecision, { type: "continue" }> = {
      type: "continue",
      generation,
      index: 3,
      salt: header.salt,
      start: null,
      previousEnd: 4152,
      hasSnapshot: true,
      isSealed: false,
    };
    await scene.liveWal.restartFor({ isAttached: false });
    const { sync, lineage } = lineageOf(scene, decision);
    await assertRejects(() => lineage.attach(SIGNAL), WalDiscontinuity);
    assertEquals(sync.place, null);
    const present = await scene.context.walFile.readHeader();
    const second = lineageOf(scene, { ...decision, salt: present?.salt ?? header.salt });
    assert((await second.lineage.attach(SIGNAL)).hasSnapshot);
    assertEquals(second.sync.position, { generation, index: 3, offset: 0 });
  });
});

Deno.test("Lineage.attach() begins nothing that it cannot remember, and succeeds later", async () => {
  await withWriterScene(async (scene) => {
    await Deno.writeTextFile(metaFolder(scene.path), "a file where the folder has to be");
    const { sync, lineage } = lineageOf(scene, BEGIN);
    await assertRejects(() => lineage.attach(SIGNAL));
    assertEquals(sync.place, null);
    assertEquals(scene.events.filter(({ type }) => type === "generation-started"), []);
    await Deno.remove(metaFolder(scene.path));
    await lineage.attach(SIGNAL);
    assertEquals(sync.place?.index, 0);
  });
});
