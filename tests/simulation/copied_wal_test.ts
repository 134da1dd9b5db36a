/**
 * A WAL that is in the database file as a whole already, when the engine wants to restart it.
 */

import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, folderStore, openApplication, withFolder } from "../support/replicator_fixture.ts";

Deno.test("hazard 1: a commit at the worst instant restarts no WAL that others have copied, and costs no generation", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const clock = new FakeClock();
    const store = folderStore(`${folder}/replica`);
    let atHold = (): void => {};
    await using engine = await Engine.start({
      path,
      stores: [store],
      clock,
      settings: { minCheckpointPageCount: 12, monitorIntervalMs: 3_000 },
      onHold: () => Promise.resolve(atHold()),
    });
    await engine.fill(20); // restarts it once: from then on what was captured tells more
    await engine.synced();
    await passTime(clock, 10_000);
    using reader = openApplication(path);
    reader.exec("BEGIN");
    reader.all("SELECT count(*) FROM note");
    await engine.fill(20);
    await engine.synced();
    await passTime(clock, 10_000); // tries that the reader brings to nothing
    reader.exec("ROLLBACK");
    const [copied] = reader.all("PRAGMA wal_checkpoint(PASSIVE)");
    assertEquals(copied?.["checkpointed"], copied?.["log"], "all of it");
    const restarts = engine.eventsOf("wal-restarted").length;
    let commits = 0;
    atHold = () => {
      if (commits++ === 0) engine.application.exec("INSERT INTO note (body) VALUES ('before the lock is taken')");
    };
    await passTime(clock, 60_000);
    await engine.commit("INSERT INTO note (body) VALUES ('after it')");
    await engine.synced();
    await passTime(clock, 10_000);
    assert(commits > 0);
    assert(engine.eventsOf("wal-restarted").length > restarts);
    assertEquals(engine.eventsOf("generation-started").map(({ reason }) => reason), ["first generation"]);
    await engine.stop();
    await assertRestoresEqual(store, path);
  });
});
