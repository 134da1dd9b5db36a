/** A validation knows a sound replica from a damaged one, and says so when it cannot tell. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { readPages } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { withFolder } from "../support/replicator_fixture.ts";
import { DAY_MS, HOUR_MS, World } from "../support/world.ts";

Deno.test("a validation finds a bit that was flipped in the bucket, and one that was not is no cause for alarm", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { validationIntervalMs: DAY_MS, snapshotIntervalMs: 0 });
    const { engine, clock, server, path } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    await world.write();
    await passTime(clock, HOUR_MS);
    await engine.happened("validated");
    assert(engine.status?.lastValidation?.ok);
    assertEquals(engine.status?.lastValidation?.message, null);
    const key = server.objects.keys().findLast((name) => name.includes("/snapshots/")) ?? "";
    const flip = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
      bytes[bytes.byteLength >> 1] = (bytes[bytes.byteLength >> 1] ?? 0) ^ 1;
      return bytes;
    };
    server.objects.mutate(key, flip);
    await passTime(clock, DAY_MS);
    assertEquals(engine.eventsOf("validation-failed"), [], "nothing was written, so nothing is compared");
    await world.write();
    await engine.happened("validation-failed");
    const validation = engine.status?.lastValidation;
    assertEquals([validation?.ok, validation?.message?.includes(key.replace(/^db\//, ""))], [false, true]);
    server.objects.mutate(key, flip);
    await world.write();
    await passTime(clock, DAY_MS);
    await engine.happened("validated", 2);
    assert(engine.status?.lastValidation?.ok);
    await assertRejects(() => Deno.stat(`${folder}/.app.db-litestream/validation.db`), Deno.errors.NotFound);
    assert(readPages(path).length > 1);
  });
});

Deno.test("a validation that cannot find anything out says so, and raises no alarm", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { validationIntervalMs: DAY_MS });
    const { engine, clock, store } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    store.refuses = (key, verb) => verb === "read" && key.includes("/snapshots/");
    await world.write();
    await engine.happened("validation-skipped");
    assertEquals([engine.status?.lastValidation, engine.eventsOf("validation-failed").length], [null, 0]);
    store.refuses = () => false;
    await passTime(clock, HOUR_MS);
    await engine.happened("validated");
  });
});
