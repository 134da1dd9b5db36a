import { assertEquals, assertFalse } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { ReplicaSync } from "../../replicate/sync.ts";
import { captureTail, captureTails, confirmFrames, type TailCaptor } from "../../replicate/tail.ts";
import { WalDiscontinuity } from "../../replicate/wal_cursor.ts";
import { QUICK } from "../support/quick.ts";
import { folderStore, withFolder } from "../support/replicator_fixture.ts";

/** A replica that has captured so many frames of 4,096 bytes, and the reasons for which it was given up. */
function captorWith(
  frames: number,
  { isBehind } = { isBehind: false },
): TailCaptor & { readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  let cursor: TailCaptor["cursor"] = { offset: 32 + frames * 4120, header: { pageBytes: 4096 } };
  return {
    reasons,
    get cursor() {
      return cursor;
    },
    captureTail: () => Promise.resolve(!isBehind),
    abandon: (reason) => {
      reasons.push(reason);
      cursor = null;
      return Promise.resolve();
    },
  };
}

Deno.test("captureTail() says at once that it has not reached the end when its generation was given up", async () => {
  await withFolder(async (folder) => {
    const sync = new ReplicaSync(folderStore(folder), 4_194_304);
    const context = { clock: systemClock, lastNotice: () => 1, settings: QUICK };
    let uploads = 0;
    const upload = sync.upload.bind(sync);
    sync.upload = (signal) => (uploads++, upload(signal));
    const reachedEnd = await captureTail(sync, context);
    assertFalse(reachedEnd);
    assertEquals(uploads, 1);
  });
});

Deno.test("captureTails() goes on without a replica to which frames are lost, then and later", async () => {
  const lost = captorWith(10);
  let tries = 0;
  lost.captureTail = () => {
    tries++;
    return Promise.reject(new WalDiscontinuity("wal does not continue the replica"));
  };
  for (let times = 0; times < 2; times++) {
    assertEquals(await captureTails([lost, captorWith(20)]), { type: "captured" });
  }
  assertEquals([tries, lost.reasons], [1, ["wal does not continue the replica"]]);
  assertEquals(await captureTails([lost]), { type: "unwanted" });
});

Deno.test("captureTails() is behind as soon as one replica is", async () => {
  assertEquals(await captureTails([captorWith(10, { isBehind: true }), captorWith(20)]), { type: "behind" });
});

Deno.test("confirmFrames() has those replicas begin anew that captured other frames than SQLite has, and no others", async () => {
  const captors = [captorWith(22), captorWith(20), captorWith(19)];
  await confirmFrames(captors, 20);
  assertEquals(captors.map(({ cursor }) => cursor !== null), [false, true, false]);
  assertEquals(captors[0]?.reasons, ["wal overwritten by another process"]);
  await confirmFrames(captors, 20);
  assertEquals(captors.map(({ reasons }) => reasons.length), [1, 0, 1]);
});
