/** The clock of the machine jumps. */

import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { copyDisk } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { withRandom } from "../support/random.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";

const YEAR_MS = 365 * 86_400_000;

Deno.test("clock jumps: by years, forth and back, also between two runs: they affect labels only", async () => {
  await withFolder(async (folder) => {
    let offsetMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + offsetMs };
    const store = folderStore(`${folder}/replica`);
    const settings = { minCheckpointPageCount: 20, syncIntervalMs: 5 };
    let path = `${folder}/app.db`;
    for (const [run, years] of [0, 20, -30, 5].entries()) {
      await using engine = await Engine.start({ path, stores: [store], clock, settings });
      for (const jump of [0, 1, -3, 10]) {
        offsetMs = (years + jump) * YEAR_MS;
        await engine.fill(8, 5_000);
        await engine.synced();
        assert(Math.abs((engine.status?.lastSyncAtMs ?? 0) - clock.now()) < YEAR_MS, "the label follows the clock");
      }
      assert(engine.eventsOf("wal-restarted").length > 0);
      assertEquals(await engine.stop(), "synced");
      assertEquals(engine.eventsOf("generation-started").length, run === 0 ? 1 : 0);
      assertEquals(engine.eventsOf("resumed").length, run === 0 ? 0 : 1);
      await assertRestoresEqual(store, path);
      path = copyDisk(path, `${folder}/disk-${run}`);
    }
  });
});

Deno.test("hazard 13: whatever times a copied bucket's objects have, the chain and the indexes say which state is the newest", async () => {
  await withRandom(async (random) => {
    await withFolder(async (folder) => {
      const path = `${folder}/app.db`;
      const store = folderStore(`${folder}/replica`);
      for (const generation of ["first", "second", "third"]) {
        await using engine = await Engine.start({ path, stores: [store], settings: { minCheckpointPageCount: 20 } });
        await engine.fill(20, 3_000);
        assertEquals(await engine.stop(), "synced");
        assertEquals(engine.eventsOf("generation-started").length, 1, generation);
        engine.application.all("PRAGMA wal_checkpoint(TRUNCATE)"); // takes the proof of continuity
      }
      for (let round = 0; round < 5; round++) {
        for await (const { key } of store.list("")) {
          const time = new Date(Date.now() + random.integer(-3 * YEAR_MS, 3 * YEAR_MS));
          await Deno.utime(`${folder}/replica/${key}`, time, time);
        }
        await assertRestoresEqual(store, path);
      }
    });
  });
});
