import { assertEquals } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { ReplicaSync } from "../../replicate/sync.ts";
import { captureTail, captureTails, type TailCaptor } from "../../replicate/tail.ts";
import { WalDiscontinuity } from "../../replicate/wal_cursor.ts";
import { QUICK } from "../support/quick.ts";
import { folderStore, withFolder } from "../support/replicator_fixture.ts";

/** A replica that has captured up to an offset. */
function captorAt(offset: number): TailCaptor {
  return { cursor: { offset }, captureTail: () => Promise.resolve(true), abandon: () => Promise.resolve() };
}

Deno.test("captureTail() says at once that it has not reached the end when its generation was given up", async () => {
  await withFolder(async (folder) => {
    const sync = new ReplicaSync(folderStore(folder), 4_194_304);
    const context = { clock: systemClock, lastNotice: () => 1, settings: QUICK };
    let uploads = 0;
    const upload = sync.upload.bind(sync);
    sync.upload = (signal) => (uploads++, upload(signal));
    assertEquals(await captureTail(sync, context), false);
    assertEquals(uploads, 1);
  });
});

Deno.test("captureTails() goes on without a replica to which frames are lost, then and later", async () => {
  const reasons: string[] = [];
  const lost = {
    cursor: { offset: 10 } as TailCaptor["cursor"],
    captureTail: () => Promise.reject(new WalDiscontinuity("wal does not continue the replica")),
    abandon: (reason: string) => {
      reasons.push(reason);
      lost.cursor = null;
      return Promise.resolve();
    },
  };
  for (let times = 0; times < 2; times++) {
    assertEquals(await captureTails([lost, captorAt(500)]), { type: "captured", end: 500 });
  }
  assertEquals(reasons, ["wal does not continue the replica"]);
  assertEquals(await captureTails([lost]), { type: "unwanted" });
});

Deno.test("captureTails() is behind as soon as one replica is", async () => {
  const behind = { ...captorAt(10), captureTail: () => Promise.resolve(false) };
  assertEquals(await captureTails([behind, captorAt(500)]), { type: "behind" });
});
