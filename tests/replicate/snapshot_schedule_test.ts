import { assert, assertEquals, assertFalse } from "@std/assert";
import { groupByGeneration } from "../../replicate/listing.ts";
import { SnapshotSchedule } from "../../replicate/snapshot_schedule.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { segmentKey, snapshotKey } from "../support/replica_builder.ts";
import { withWriterScene } from "../support/writer_context.ts";

const HOUR_MS = 3_600_000;
const MIB = 1_048_576;

/** A schedule on a small database, with a snapshot at most every hour, and what our own commits end at. */
async function withSchedule(
  body: (parts: { schedule: SnapshotSchedule; clock: FakeClock }) => Promise<void> | void,
): Promise<void> {
  await withWriterScene(async ({ context }) => {
    const clock = new FakeClock();
    await body({ schedule: new SnapshotSchedule({ ...context, clock, bumpEnd: () => 4_152 }), clock });
  }, { snapshotIntervalMs: HOUR_MS, snapshotWalRatio: 2 });
}

/** What a replica shows that had snapshot 3 written at a time, and some WAL after it. */
function listingAt(modifiedAtMs: number, walBytes = 10): ReturnType<typeof groupByGeneration>[number] {
  const objects = [snapshotKey(1), snapshotKey(3), segmentKey(3, 0), segmentKey(3, walBytes), segmentKey(4, 0)];
  const [listing] = groupByGeneration(objects.map((key) => ({ key, size: 100, modifiedAtMs })));
  if (listing === undefined) throw new Error("There is a generation");
  return listing;
}

Deno.test("SnapshotSchedule counts from the snapshot that was written, and only what the application wrote", async () => {
  await withSchedule(async ({ schedule, clock }) => {
    schedule.startAt({ index: 0, offset: 0 });
    schedule.begin({ index: 0, offset: 10_000 });
    assertFalse(schedule.uploaded({ index: 0, offset: 10_000 }), "the snapshot shows it");
    schedule.written({ index: 0, offset: 10_000 });
    await clock.advance(2 * HOUR_MS);
    assertFalse(schedule.uploaded({ index: 1, offset: 4_152 }), "our own commit");
    assertFalse(schedule.isDue(1), "nothing was written");
    assert(schedule.uploaded({ index: 1, offset: 8_272 }));
    assertEquals([schedule.isDue(0), schedule.isDue(1)], [false, true]);
  });
});

Deno.test("SnapshotSchedule counts each WAL from its start, and asks for a snapshot past 16 MiB of them", async () => {
  await withSchedule(({ schedule }) => {
    schedule.startAt({ index: 0, offset: 0 });
    schedule.begin({ index: 0, offset: 0 });
    schedule.written({ index: 0, offset: 0 });
    for (let index = 1; index <= 4; index++) {
      schedule.uploaded({ index, offset: 3 * MIB });
      schedule.uploaded({ index, offset: 4 * MIB });
      assertFalse(schedule.isDue(index), `after ${index}`);
    }
    schedule.uploaded({ index: 5, offset: 10_000 });
    assert(schedule.isDue(5));
  });
});

Deno.test("SnapshotSchedule learns the age of a snapshot that was written before the start, and the WAL after it", async () => {
  for (
    const [ageMs, walBytes, isDue] of [[HOUR_MS - 1, 10, false], [HOUR_MS, 10, true], [0, 17 * MIB, true]] as const
  ) {
    await withSchedule(({ schedule, clock }) => {
      schedule.startAt({ index: 4, offset: 50 });
      schedule.uploaded({ index: 4, offset: 9_000 });
      assertEquals([schedule.isIgnorant, schedule.isDue(9)], [true, false]);
      schedule.learn(listingAt(clock.now() - ageMs, walBytes));
      assertEquals([schedule.isIgnorant, schedule.isDue(3), schedule.isDue(4)], [false, false, isDue]);
    });
  }
});

Deno.test("SnapshotSchedule takes a snapshot from the future for a new one", async () => {
  await withSchedule(async ({ schedule, clock }) => {
    schedule.startAt({ index: 4, offset: 50 });
    schedule.uploaded({ index: 4, offset: 9_000 });
    schedule.learn(listingAt(clock.now() + 1_000 * HOUR_MS));
    assertFalse(schedule.isDue(4));
    await clock.advance(HOUR_MS);
    assert(schedule.isDue(4));
  });
});

Deno.test("SnapshotSchedule.failed() puts the next one off for longer each time, and forgets nothing", async () => {
  await withSchedule(async ({ schedule, clock }) => {
    schedule.startAt({ index: 4, offset: 50 });
    schedule.uploaded({ index: 4, offset: 9_000 });
    schedule.learn(listingAt(clock.now() - HOUR_MS));
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      assert(schedule.isDue(4));
      const forget = schedule.begin({ index: 4, offset: 9_000 });
      assertFalse(schedule.isDue(4), "it shows everything");
      forget();
      pauses.push(schedule.failed());
      assertFalse(schedule.isDue(4), "not yet");
      await clock.advance(pauses.at(-1) ?? 0);
    }
    assertEquals(pauses.slice(0, 6), pauses.slice(0, 6).toSorted((a, b) => a - b));
    assert(pauses.every((ms) => ms >= 30_000 && ms <= HOUR_MS), `${pauses}`);
  });
});
