import { assertEquals } from "@std/assert";
import { Sweeper } from "../../server/sweeper.ts";
import { ManualClock, turns } from "./support.ts";

interface Scene {
  readonly clock: ManualClock;
  readonly sweeper: Sweeper;
  readonly calls: () => number;
  mayWrite: boolean;
}

function scene(batches: readonly (number | Error)[]): Scene {
  const clock = new ManualClock();
  let calls = 0;
  const sweep = (): Promise<number> => {
    const batch = batches[calls++] ?? 0;
    return batch instanceof Error ? Promise.reject(batch) : Promise.resolve(batch);
  };
  const made: Scene = {
    clock,
    sweeper: new Sweeper({ sweep, mayWrite: () => made.mayWrite, clock }),
    calls: () => calls,
    mayWrite: true,
  };
  return made;
}

async function minute({ clock }: Scene): Promise<void> {
  clock.advance(60_000);
  await turns(3);
}

Deno.test("Sweeper goes on until nothing is left, then rests for a minute", async () => {
  const test = scene([64, 64, 3]);
  test.clock.advance(59_999);
  await turns(3);
  assertEquals(test.calls(), 0);
  await minute(test);
  assertEquals(test.calls(), 4);
  await minute(test);
  assertEquals(test.calls(), 5);
  await test.sweeper.stop();
});

Deno.test("Sweeper tries again after a failure, and does nothing where it may not write", async () => {
  const test = scene([new Error("busy"), 1]);
  await minute(test);
  assertEquals(test.calls(), 1);
  test.mayWrite = false;
  await minute(test);
  assertEquals(test.calls(), 1);
  test.mayWrite = true;
  await minute(test);
  assertEquals(test.calls(), 3);
  await test.sweeper.stop();
});

Deno.test("Sweeper.stop() ends it for good and leaves no timer", async () => {
  const test = scene([1, 1, 1]);
  test.clock.advance(60_000);
  await test.sweeper.stop();
  assertEquals([test.calls(), test.clock.timers], [1, 0]);
  await minute(test);
  assertEquals(test.calls(), 1);
});
