import { assertEquals, assertFalse, assertLessOrEqual } from "@std/assert";
import { UploadPace } from "../../replicate/upload_pace.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("UploadPace keeps an interval between the beginnings of uploads", () => {
  const pace = new UploadPace(1_000);
  assertLessOrEqual(pace.waitMs(5_000), 0);
  assertEquals(pace.uploaded({ turnAt: 5_000, beganAt: 5_000, endedAt: 5_050 }), 50);
  assertEquals([pace.waitMs(5_050), pace.waitMs(6_000)], [950, 0]);
  pace.hurry();
  assertLessOrEqual(pace.waitMs(5_050), 0);
});

Deno.test("UploadPace has the next upload wait a moment for those whom the last one has answered, where uploads follow each other", () => {
  const pace = new UploadPace(0);
  pace.uploaded({ turnAt: 0, beganAt: 0, endedAt: 48 });
  assertEquals(pace.waitMs(48), 6);
  pace.uploaded({ turnAt: 100, beganAt: 120, endedAt: 136 });
  assertEquals(pace.waitMs(136), 2);
  pace.uploaded({ turnAt: 200, beganAt: 200, endedAt: 209 });
  assertEquals(pace.waitMs(209), 0);
  pace.uploaded({ turnAt: 0, beganAt: 0, endedAt: 2_000 });
  assertEquals(pace.waitMs(2_000), 10);
});

Deno.test("UploadPace.gathered() ends the moment for those who come back, and not the interval", async () => {
  const clock = new FakeClock();
  const followed = new UploadPace(0);
  const now = clock.monotonic();
  followed.uploaded({ turnAt: now, beganAt: now, endedAt: now + 80 });
  let hasEnded = false;
  const waited = followed.wait(clock, new AbortController().signal).then(() => hasEnded = true);
  await Promise.resolve();
  assertFalse(hasEnded);
  followed.gathered();
  await waited;
  assertLessOrEqual(followed.waitMs(now + 80), 0);
  const kept = new UploadPace(1_000);
  kept.uploaded({ turnAt: now, beganAt: now, endedAt: now + 80 });
  kept.gathered();
  assertEquals(kept.waitMs(now + 80), 920);
});

Deno.test("UploadPace.wait() ends in time to capture what was committed meanwhile, and with its signal", async () => {
  const clock = new FakeClock();
  const pace = new UploadPace(1_000);
  const now = clock.monotonic();
  pace.uploaded({ turnAt: now, beganAt: now, endedAt: now });
  const waited = pace.wait(clock, new AbortController().signal);
  await clock.advance(50);
  await waited;
  const end = new AbortController();
  const ended = pace.wait(clock, end.signal);
  end.abort();
  await ended;
});
