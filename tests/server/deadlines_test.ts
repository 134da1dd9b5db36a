import { assertEquals } from "@std/assert";
import { Deadlines } from "../../server/deadlines.ts";
import { ManualClock } from "./support.ts";

Deno.test("Deadlines.set() calls back once, when the time is over, and not what was met before", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock, 1_000);
  const missed: string[] = [];
  const met = deadlines.set(() => missed.push("met"));
  deadlines.set(() => missed.push("first"));
  clock.advance(400);
  deadlines.set(() => missed.push("second"));
  met();
  clock.advance(599);
  assertEquals(missed, []);
  clock.advance(1);
  assertEquals(missed, ["first"]);
  clock.advance(400);
  assertEquals([missed, clock.timers], [["first", "second"], 0]);
  met();
  clock.advance(10_000);
  assertEquals(missed, ["first", "second"]);
});

Deno.test("Deadlines.set() uses one timer for many, and none once all are met", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock, 1_000);
  const meet = Array.from({ length: 100 }, () => deadlines.set(() => {}));
  assertEquals(clock.timers, 1);
  for (const met of meet) met();
  assertEquals(clock.timers, 0);
});

Deno.test("Deadlines waits no longer than from now on when the clock is set back", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock, 1_000);
  let missed = 0;
  deadlines.set(() => missed++);
  clock.advance(500);
  deadlines.set(() => missed++);
  clock.advance(-3_600_000);
  clock.advance(3_600_500); // the first timer was set before
  assertEquals(missed, 1);
  clock.advance(1_000);
  assertEquals(missed, 2);
});

Deno.test("Deadlines.set() may be called by what was missed", () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock, 1_000);
  const missed: string[] = [];
  deadlines.set(() => {
    missed.push("first");
    deadlines.set(() => missed.push("again"));
  });
  clock.advance(1_000);
  assertEquals([missed, clock.timers], [["first"], 1]);
  clock.advance(1_000);
  assertEquals([missed, clock.timers], [["first", "again"], 0]);
});
