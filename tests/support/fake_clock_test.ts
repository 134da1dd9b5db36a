import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "./fake_clock.ts";

Deno.test("FakeClock.advance() wakes sleepers in order, each at its own time", async () => {
  const clock = new FakeClock(1000);
  const woken: string[] = [];
  const sleep = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms);
    woken.push(`${name} ${clock.now()}`);
  };
  const sleepers = [sleep("c", 30), sleep("a", 10), sleep("b", 10), sleep("z", 0)];
  assertEquals([clock.pending, clock.nextDueInMs], [4, 0]);
  await clock.advance(29);
  assertEquals(woken, ["z 1000", "a 1010", "b 1010"]);
  await clock.advance(1);
  assertEquals(woken.at(-1), "c 1030");
  assertEquals([clock.pending, clock.nextDueInMs, clock.monotonic()], [0, null, 30]);
  await Promise.all(sleepers);
});

Deno.test("FakeClock.advance() wakes those too who go to sleep on the way", async () => {
  const clock = new FakeClock(0);
  const times: number[] = [];
  const ticking = (async () => {
    for (let tick = 0; tick < 5; tick++) {
      await clock.sleep(10);
      times.push(clock.now());
    }
  })();
  await clock.advance(35);
  assertEquals([times, clock.now()], [[10, 20, 30], 35]);
  await clock.advance(100);
  await ticking;
  assertEquals(times, [10, 20, 30, 40, 50]);
});

Deno.test("FakeClock.sleep() ends with the signal's reason", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = assertRejects(() => clock.sleep(10, controller.signal), Error, "enough");
  controller.abort(new Error("enough"));
  await sleeping;
  assertEquals(clock.pending, 0);
  await assertRejects(() => clock.sleep(10, controller.signal), Error, "enough");
});

Deno.test("FakeClock.whenPending() waits until enough sleep", async () => {
  const clock = new FakeClock();
  const waiting = clock.whenPending(2);
  const sleepers = [clock.sleep(1), clock.sleep(2)];
  await waiting;
  await clock.advance(2);
  await Promise.all(sleepers);
});

Deno.test("FakeClock.leap() wakes whoever is late, once, and at the new time", async () => {
  const clock = new FakeClock();
  const wokenAt: number[] = [];
  const sleepers = [10, 20, 300].map(async (ms) => {
    await clock.sleep(ms);
    wokenAt.push(clock.monotonic());
  });
  await clock.leap(100);
  assertEquals([wokenAt, clock.pending], [[100, 100], 1]);
  await clock.leap(200);
  await Promise.all(sleepers);
  assertEquals(wokenAt, [100, 100, 300]);
});
