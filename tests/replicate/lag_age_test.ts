import { assert, assertEquals } from "@std/assert";
import { LagAge } from "../../replicate/lag_age.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("LagAge is the age of the oldest bytes that are not uploaded, however many come after them", async () => {
  const clock = new FakeClock();
  const age = new LagAge(clock);
  assertEquals(age.seconds, 0);
  age.update({ uploadedBytes: 0, lagBytes: 100 });
  await clock.advance(5_000);
  age.update({ uploadedBytes: 0, lagBytes: 300 });
  await clock.advance(5_000);
  age.update({ uploadedBytes: 50, lagBytes: 250 });
  assertEquals(age.seconds, 10, "part of the oldest is still missing");
  age.update({ uploadedBytes: 100, lagBytes: 200 });
  assertEquals(age.seconds, 5);
  age.update({ uploadedBytes: 300, lagBytes: 0 });
  assertEquals(age.seconds, 0);
});

Deno.test("LagAge goes on to grow while nothing is uploaded, and when a generation is given up", () => {
  let nowMs = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs, sleep: () => Promise.resolve() };
  const age = new LagAge(clock);
  for (let second = 0; second < 3_000; second++) {
    age.update({ uploadedBytes: 7, lagBytes: 1_000 * (second + 1) });
    nowMs += 1_000;
  }
  assertEquals(age.seconds, 3_000);
  age.update({ uploadedBytes: 7, lagBytes: 32 });
  assertEquals(age.seconds, 3_000);
  age.update({ uploadedBytes: 1_500_000, lagBytes: 1_500_000 });
  assert(age.seconds < 3_000, `${age.seconds}`);
});
