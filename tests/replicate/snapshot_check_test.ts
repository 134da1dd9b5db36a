import { assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { checkSnapshot } from "../../replicate/snapshot_check.ts";
import { seededRandom } from "../support/random.ts";
import { ReplicaFolder, snapshotKey } from "../support/replica_builder.ts";
import { impatientClock } from "../support/s3_server_store.ts";

const OPTIONS = { clock: impatientClock, random: () => 0.5 };
const key = snapshotKey(3);

Deno.test("checkSnapshot() reads a sound snapshot to its end", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(key, await encodeFrame(seededRandom(1).bytes(300_000)));
  await checkSnapshot(replica.store, { key }, OPTIONS);
});

Deno.test("checkSnapshot() names a snapshot that is damaged, cut short, empty or not there", async () => {
  const sound = await encodeFrame(seededRandom(1).bytes(300_000));
  const flipped = sound.with(150_000, (sound[150_000] ?? 0) ^ 4);
  const table = [flipped, sound.slice(0, -1), sound.slice(0, 1_000), await encodeFrame(new Uint8Array()), null];
  for (const bytes of table) {
    await using replica = await ReplicaFolder.create();
    if (bytes !== null) await replica.put(key, bytes);
    const error = await assertRejects(() => checkSnapshot(replica.store, { key }, OPTIONS), ReplicateError, key);
    assertEquals(error.code, bytes === null ? "object-missing" : "object-damaged");
  }
});
