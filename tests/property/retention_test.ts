/** Whatever a replica holds: retention takes nothing from any state of its window. */

import { assert, assertEquals } from "@std/assert";
import { formatSegmentKey, formatSnapshotKey } from "../../replicate/object_key.ts";
import type { ObjectInfo } from "../../replicate/object_store.ts";
import { type GenerationListing, groupByGeneration } from "../../replicate/listing.ts";
import { planRestore } from "../../replicate/restore_plan.ts";
import { planRetention } from "../../replicate/retention_plan.ts";
import { type Random, withRandom } from "../support/random.ts";
import { generationOf } from "../support/replica_builder.ts";

const RUNS = 300;
const MINUTE_MS = 60_000;

/** A replica as writers leave it: generations one after the other, each with WALs in order and snapshots now and then. */
function randomReplica(random: Random): { objects: ObjectInfo[]; times: number[] } {
  const objects: ObjectInfo[] = [];
  const times: number[] = [];
  let nowMs = 0;
  const put = (key: string): void => {
    nowMs += random.integer(0, 200) * MINUTE_MS / 10;
    times.push(nowMs);
    objects.push({ key, size: random.integer(15, 1e6), modifiedAtMs: nowMs });
  };
  for (let count = random.integer(1, 4); count > 0; count--) {
    const generation = generationOf(random.bytes(8).toHex());
    let hasSnapshot = false;
    for (let index = 0, wals = random.integer(0, 8); index <= wals; index++) {
      for (let segment = 0, segments = random.integer(1, 3); segment < segments; segment++) {
        put(formatSegmentKey({ generation, index, offset: segment * 4_152 }));
        if (random.integer(0, 3) > 0 && hasSnapshot) continue;
        if (!objects.some(({ key }) => key === formatSnapshotKey({ generation, index }))) {
          put(formatSnapshotKey({ generation, index }));
        }
        hasSnapshot = true;
      }
    }
    nowMs += random.integer(0, 1_000) * MINUTE_MS;
  }
  return { objects, times };
}

function keysOf(listing: readonly GenerationListing[], timestampMs: number | null): string[] | null {
  const plan = planRestore(listing, { generation: null, index: null, timestampMs });
  return plan === null ? null : [plan.snapshot.key, ...plan.segments.map(({ key }) => key)];
}

Deno.test("planRetention() leaves the plan of each restore within the retention as it is, however far the deletion came", async () => {
  await withRandom((random) => {
    let deletions = 0;
    for (let run = 0; run < RUNS; run++) {
      const { objects, times } = randomReplica(random);
      const listing = groupByGeneration(objects);
      const current = listing.at(-1)?.generation;
      if (current === undefined) continue;
      const endMs = times.at(-1) ?? 0;
      const windowStartMs = endMs - random.integer(0, Math.ceil(endMs / MINUTE_MS)) * MINUTE_MS;
      const plan = planRetention(listing, { current, windowStartMs });
      const dead = [...plan.current, ...plan.older].map(({ key }) => key);
      deletions += dead.length;
      const checked = [null, windowStartMs, ...times.filter((ms) => ms >= windowStartMs), endMs + 1];
      for (const count of new Set([random.integer(0, dead.length), dead.length])) {
        const gone = new Set(dead.slice(0, count));
        const left = groupByGeneration(objects.filter(({ key }) => !gone.has(key)));
        for (const ms of checked) assertEquals(keysOf(left, ms), keysOf(listing, ms), `run ${run}, state at ${ms}`);
      }
    }
    assert(deletions > RUNS, "there was something to delete");
  });
});

Deno.test("planRetention() has nothing more to delete after it was carried out", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const { objects, times } = randomReplica(random);
      const listing = groupByGeneration(objects);
      const situation = {
        current: listing.at(-1)?.generation ?? generationOf("0000000000000000"),
        windowStartMs: (times.at(-1) ?? 0) - random.integer(0, 3_000) * MINUTE_MS,
      };
      const plan = planRetention(listing, situation);
      const gone = new Set([...plan.current, ...plan.older].map(({ key }) => key));
      const left = groupByGeneration(objects.filter(({ key }) => !gone.has(key)));
      assertEquals(planRetention(left, situation), { current: [], older: [] });
    }
  });
});
