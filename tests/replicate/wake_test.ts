import { assertEquals, assertFalse } from "@std/assert";
import { Wake } from "../../replicate/wake.ts";
import { FakeClock } from "../support/fake_clock.ts";

const NEVER = new AbortController().signal;

Deno.test("Wake.wait() goes on when it rings, and leaves no timer behind", async () => {
  const wake = new Wake();
  const clock = new FakeClock();
  const waited = wake.wait(clock, 1_000, NEVER);
  await clock.whenPending(1);
  wake.ring();
  await waited;
  assertEquals(clock.pending, 0);
});

Deno.test("Wake.wait() goes on when the time is up", async () => {
  const wake = new Wake();
  const clock = new FakeClock();
  const waited = wake.wait(clock, 1_000, NEVER);
  await clock.advance(1_000);
  await waited;
});

Deno.test("Wake.wait() goes on when its signal fires, before or meanwhile", async () => {
  const wake = new Wake();
  const clock = new FakeClock();
  await wake.wait(clock, 1_000, AbortSignal.abort());
  const controller = new AbortController();
  const waited = wake.wait(clock, 1_000, controller.signal);
  controller.abort();
  await waited;
  assertEquals(clock.pending, 0);
});

Deno.test("Wake keeps one ring that nobody heard, for one wait", async () => {
  const wake = new Wake();
  const clock = new FakeClock();
  wake.ring();
  wake.ring();
  await wake.wait(clock, 1_000, NEVER);
  let isOver = false;
  const second = wake.wait(clock, 1_000, NEVER).then(() => isOver = true);
  await clock.advance(999);
  assertFalse(isOver);
  await clock.advance(1);
  await second;
});
