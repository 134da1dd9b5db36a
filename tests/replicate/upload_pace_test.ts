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

/** Uploads one after the other, each of 48 ms; tells how long the next one has to wait after each. */
function waitsAfter(pace: UploadPace, uploads: number, gatheredAfterMs?: number): readonly number[] {
  return Array.from({ length: uploads }, (_, i) => {
    const endedAt = i * 100 + 48;
    pace.uploaded({ turnAt: i * 100, beganAt: i * 100, endedAt });
    const waitMs = pace.waitMs(endedAt);
    if (gatheredAfterMs !== undefined) pace.gathered(endedAt + gatheredAfterMs);
    return waitMs;
  });
}

Deno.test("UploadPace has the next upload wait a moment for those whom the last one has answered, where uploads follow each other", () => {
  const cases = [[0, 16, 8], [20, 36, 8], [0, 9, 0], [0, 2_000, 20]] as const;
  for (const [beganAt, endedAt, waitMs] of cases) {
    const pace = new UploadPace(0);
    pace.uploaded({ turnAt: 0, beganAt, endedAt });
    assertEquals(pace.waitMs(endedAt), waitMs);
  }
});

Deno.test("UploadPace waits after each upload as long as those come back whom it waits for", () => {
  assertEquals(waitsAfter(new UploadPace(0), 20, 19), Array.from({ length: 20 }, () => 20));
});

Deno.test("UploadPace hardly waits where nobody comes back, or comes too late, and waits again once it was worth it", () => {
  for (const gatheredAfterMs of [undefined, 21]) {
    const pace = new UploadPace(0);
    const waits = waitsAfter(pace, 26, gatheredAfterMs);
    assertEquals(waits.flatMap((waitMs, i) => waitMs > 0 ? [i] : []), [0, 1, 9, 17, 25]);
    waitsAfter(pace, 7);
    assertEquals(waitsAfter(pace, 3, 5), [20, 20, 20]);
  }
});

Deno.test("UploadPace counts as a wait in vain only what was one", () => {
  const pace = new UploadPace(0);
  for (let turnAt = 0; turnAt < 2_000; turnAt += 200) {
    pace.uploaded({ turnAt, beganAt: turnAt, endedAt: turnAt + 5 }); // quick: nobody is waited for
    pace.uploaded({ turnAt, beganAt: turnAt + 50, endedAt: turnAt + 98 });
    pace.uploaded({ turnAt, beganAt: turnAt + 98, endedAt: turnAt + 146 }); // more of the same turn: not waited before it
    assertEquals(pace.waitMs(turnAt + 146), 20);
    pace.gathered(turnAt + 150);
  }
});

Deno.test("UploadPace counts no wait in vain where the next upload did not have to wait", () => {
  const pace = new UploadPace(0);
  for (let turnAt = 0; turnAt < 1_000; turnAt += 100) {
    pace.uploaded({ turnAt, beganAt: turnAt, endedAt: turnAt + 48 });
    assertEquals(pace.waitMs(turnAt + 48), 20);
    pace.hurry();
  }
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
  followed.gathered(now + 80);
  await waited;
  assertLessOrEqual(followed.waitMs(now + 80), 0);
  const kept = new UploadPace(1_000);
  kept.uploaded({ turnAt: now, beganAt: now, endedAt: now + 80 });
  kept.gathered(now + 80);
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
