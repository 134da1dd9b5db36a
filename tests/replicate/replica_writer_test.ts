/** What one replica's writer tells while it works; what it does under faults is tested by the simulations. */

import { assert, assertEquals } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { parsePosition } from "../../replicate/position.ts";
import { ReplicaWriter } from "../../replicate/replica_writer.ts";
import type { WriterStatus } from "../../replicate/writer_status.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { beforeReads } from "../support/watched_store.ts";
import { withWriterScene } from "../support/writer_context.ts";

Deno.test("ReplicaWriter.status tells role, position and lag, and counts nothing as synced without a snapshot", async () => {
  await withFolder(async (folder) => {
    const clock = new FakeClock();
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store], clock });
    await engine.fill(3);
    await engine.synced();
    const told = engine.statuses.flatMap(([status]): WriterStatus[] => status ? [status] : []);
    assert(told.every(({ replica }) => replica === store.url));
    const firstSynced = told.findIndex(({ syncedNotice }) => syncedNotice > 0);
    const written = engine.eventsOf("snapshot-written").length;
    assertEquals(written, 1);
    assert(told.slice(0, firstSynced).some(({ position }) => position !== null), "segments come before the snapshot");
    const last = engine.status;
    assertEquals([last?.role, last?.lagBytes, last?.error, last?.syncedNotice], ["writer", 0, null, engine.lastNotice]);
    assertEquals(last?.lastSyncAtMs, clock.now());
    assert(parsePosition(last?.position ?? "").offset > 32);
  });
});

Deno.test("ReplicaWriter finds what other processes commit without a notice", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store] });
    await engine.fill(1);
    await engine.synced();
    const before = engine.status?.position;
    engine.application.exec("INSERT INTO note (body) VALUES ('nobody tells')");
    await engine.until(() => engine.status?.position !== before);
    assertEquals(engine.status?.lagBytes, 0);
  });
});

Deno.test("ReplicaWriter uploads a backlog in segments, and joins what waits", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    const path = `${folder}/app.db`;
    const settings = { segmentBytesMax: 50_000 };
    await using engine = await Engine.start({ path, stores: [store], settings });
    await engine.fill(1);
    await engine.synced();
    const before = (await Array.fromAsync(store.list("generations/"))).length;
    for (let i = 0; i < 100; i++) engine.application.exec("INSERT INTO note (body) VALUES (randomblob(3000))");
    engine.noticeCommit();
    await engine.synced();
    const after = (await Array.fromAsync(store.list("generations/"))).length;
    const walBytes = (await Deno.stat(`${path}-wal`)).size;
    assert(after - before >= Math.floor(walBytes / 50_000) && after - before < 40, `${after - before} segments`);
  });
});

Deno.test("ReplicaWriter is not told as the log's writer, nor as done, when its generation is given up during an upload", async () => {
  await withWriterScene(async ({ folder, application, context, liveWal }) => {
    const store = folderStore(`${folder}/replica`);
    const given = Promise.withResolvers<void>();
    const down = (): Promise<never> => Promise.reject(new ReplicateError("store-unavailable", "The bucket is away"));
    const told: (WriterStatus & { readonly isSynced: boolean })[] = [];
    const failing: ObjectStore = {
      ...beforeReads(store, () => Promise.resolve()),
      create: async (key, bytes, options) => {
        if (!key.includes("/wal/")) return await store.create(key, bytes, options);
        await writer.abandon("wal outgrew its bound");
        const outcome = await store.create(key, bytes, options);
        failing.create = down;
        failing.list = () => ReadableStream.from({ [Symbol.asyncIterator]: () => ({ next: down }) });
        given.resolve();
        return outcome;
      },
    };
    const writer: ReplicaWriter = new ReplicaWriter({ ...context, lastNotice: () => 1 }, failing, null, () => {
      told.push({ ...writer.status, isSynced: writer.isSynced });
    });
    liveWal.serve([writer]);
    const abort = new AbortController();
    const run = writer.run(abort.signal);
    application.exec("INSERT INTO note (body) VALUES ('captured')");
    writer.wake();
    await given.promise;
    while (told.at(-1)?.error === null) await new Promise((resolve) => setTimeout(resolve, 1)); // it has met the failing bucket
    abort.abort();
    await run;
    await writer.cancelSnapshot();
    assertEquals(told.filter(({ role, isSynced }) => role === "writer" || isSynced), []);
  });
});

Deno.test("ReplicaWriter tells of an upload though somebody else keeps the WAL", async () => {
  await withWriterScene(async ({ folder, application, context, liveWal }) => {
    const store = folderStore(`${folder}/replica`);
    const kept = Promise.withResolvers<void>();
    let lastNotice = 1;
    const keeping: ObjectStore = {
      ...beforeReads(store, () => Promise.resolve()),
      create: async (key, bytes, options) => {
        const outcome = await store.create(key, bytes, options);
        if (lastNotice === 2) void context.walMutex.run(() => kept.promise);
        return outcome;
      },
    };
    const settings = { ...context.settings, syncIntervalMs: 50 };
    const waiters: (() => void)[] = [];
    const surroundings = { ...context, settings, lastNotice: () => lastNotice };
    const writer = new ReplicaWriter(surroundings, keeping, null, () => waiters.splice(0).forEach((check) => check()));
    liveWal.serve([writer]);
    const abort = new AbortController();
    const run = writer.run(abort.signal);
    const synced = async (notice: number): Promise<void> => {
      while (writer.status.syncedNotice < notice) await new Promise<void>((resolve) => waiters.push(resolve));
    };
    application.exec("INSERT INTO note (body) VALUES ('first')");
    writer.wake();
    await synced(1);
    await new Promise((resolve) => setTimeout(resolve, settings.syncIntervalMs)); // the next is uploaded at once
    application.exec("INSERT INTO note (body) VALUES ('second')");
    lastNotice = 2;
    writer.wake();
    await synced(2);
    kept.resolve();
    abort.abort();
    await run;
    await writer.cancelSnapshot();
  });
});
