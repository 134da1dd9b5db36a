import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseCounters } from "../../replicate/database_counters.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("DatabaseCounters counts checkpoints, those that were refused, and begins anew once they were taken", () => {
  const counters = new DatabaseCounters(new FakeClock());
  assertEquals(counters.checkpoint(() => ({ isBusy: false, frames: 5 })), { isBusy: false, frames: 5 });
  counters.checkpoint(() => ({ isBusy: true }));
  assertThrows(() =>
    counters.checkpoint(() => {
      throw new RangeError("disk I/O error");
    }), RangeError);
  assertEquals(counters.take(), { checkpoints: 3, checkpointErrors: 2, checkpointMs: 0, lockHoldsMs: [] });
  assertEquals(counters.take(), { checkpoints: 0, checkpointErrors: 0, checkpointMs: 0, lockHoldsMs: [] });
});

Deno.test("DatabaseCounters measures how long the write lock is held, and keeps a bounded number of times", async () => {
  const clock = new FakeClock();
  const counters = new DatabaseCounters(clock);
  for (const ms of [3, 250]) {
    counters.locked();
    await clock.advance(ms);
    counters.unlocked();
  }
  assertEquals(counters.take().lockHoldsMs, [3, 250]);
  for (let i = 0; i < 5_000; i++) counters.unlocked();
  assertEquals(counters.take().lockHoldsMs.length, 1_000);
});
