import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Clock, systemClock, withDeadline } from "../../replicate/clock.ts";

// A timer or a watch that is left over must fail these tests, whatever the project's default.
Deno.test.sanitizer({ ops: true, resources: true });

/** A clock with one alarm, which the test rings. */
class AlarmClock implements Clock {
  /** What was asked for, in milliseconds. */
  readonly asked: number[] = [];
  /** How many waits have not ended. */
  waiting = 0;
  #ring: () => void = () => undefined;

  now(): number {
    return 0;
  }

  monotonic(): number {
    return 0;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.asked.push(ms);
    this.waiting++;
    this.#ring = resolve;
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    await promise.finally(() => this.waiting--);
  }

  ring(): void {
    this.#ring();
  }
}

/** Waits for a signal, as a request on the network does. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

Deno.test("systemClock tells the time of day, and another that does not go back", () => {
  const before = Date.now();
  const time = systemClock.now();
  assert(time >= before && time <= Date.now());
  const first = systemClock.monotonic();
  assert(systemClock.monotonic() >= first);
});

Deno.test("systemClock.sleep() ends by itself", async () => {
  await systemClock.sleep(0);
  await systemClock.sleep(1, new AbortController().signal);
});

Deno.test("systemClock.sleep() rejects with the reason and leaves no timer when its signal fires", async () => {
  const stop = new AbortController();
  const reason = new Error("shutting down");
  const sleep = systemClock.sleep(3_600_000, stop.signal);
  stop.abort(reason);
  assertStrictEquals(await assertRejects(() => sleep), reason);
});

Deno.test("systemClock.sleep() leaves nothing on its signal when it ends by itself", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  signal.addEventListener = (_: string, listener: unknown): void => void listeners.add(listener);
  signal.removeEventListener = (_: string, listener: unknown): void => void listeners.delete(listener);
  const sleep = systemClock.sleep(0, signal);
  assertEquals(listeners.size, 1);
  await sleep;
  assertEquals(listeners.size, 0);
});

Deno.test("systemClock.sleep() rejects at once when its signal has fired before", async () => {
  const signal = AbortSignal.abort(new Error("shutting down"));
  const ends = [systemClock.sleep(3_600_000, signal), systemClock.sleep(0)];
  await assertRejects(() => Promise.race(ends), Error, "shutting down");
  await Promise.allSettled(ends);
});

Deno.test("withDeadline() returns the result and ends its watch when the operation is in time", async () => {
  const clock = new AlarmClock();
  assertEquals(await withDeadline(clock, 500, undefined, () => Promise.resolve("done")), "done");
  assertEquals(clock.asked, [500]);
  assertEquals(clock.waiting, 0);
});

Deno.test("withDeadline() throws the operation's error and ends its watch when the operation fails", async () => {
  const clock = new AlarmClock();
  const error = new RangeError("no");
  for (const operation of [() => Promise.reject(error), () => throwError(error)]) {
    assertStrictEquals(await assertRejects(() => withDeadline(clock, 500, undefined, operation)), error);
    assertEquals(clock.waiting, 0);
  }
});

Deno.test("withDeadline() fires the signal with a TimeoutError when the time is up", async () => {
  for (const signal of [undefined, new AbortController().signal]) {
    const clock = new AlarmClock();
    const outcome = withDeadline(clock, 500, signal, untilAborted);
    clock.ring();
    const error: unknown = await assertRejects(() => outcome, DOMException, "No answer within 500 ms");
    assertEquals(error instanceof DOMException && error.name, "TimeoutError");
    assertEquals(clock.waiting, 0);
  }
});

Deno.test("withDeadline() fires the signal with the caller's reason when the caller stops", async () => {
  const clock = new AlarmClock();
  const stop = new AbortController();
  const reason = new Error("shutting down");
  const outcome = withDeadline(clock, 500, stop.signal, untilAborted);
  stop.abort(reason);
  assertStrictEquals(await assertRejects(() => outcome), reason);
  assertEquals(clock.waiting, 0);
});

Deno.test("withDeadline() gives a fired signal when the caller had stopped before", async () => {
  const clock = new AlarmClock();
  const signal = AbortSignal.abort(new Error("shutting down"));
  await assertRejects(() => withDeadline(clock, 500, signal, untilAborted), Error, "shutting down");
  assertEquals(clock.waiting, 0);
});

Deno.test("withDeadline() leaves the caller's signal as it was when the time is up", async () => {
  const clock = new AlarmClock();
  const caller = new AbortController();
  const outcome = withDeadline(clock, 500, caller.signal, untilAborted);
  clock.ring();
  await assertRejects(() => outcome, DOMException);
  assert(!caller.signal.aborted);
});

Deno.test("withDeadline() returns only when its watch has ended", async () => {
  const release = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const slowToStop: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: async (_, signal) => {
      signal?.addEventListener("abort", () => stopped.resolve(), { once: true });
      await release.promise;
    },
  };
  let isDone = false;
  const outcome = withDeadline(slowToStop, 500, undefined, () => Promise.resolve()).finally(() => isDone = true);
  await stopped.promise;
  await systemClock.sleep(0); // every step that could be taken without the watch is taken
  assert(!isDone);
  release.resolve();
  await outcome;
});

Deno.test("withDeadline() works by the system's clock", async () => {
  assertEquals(await withDeadline(systemClock, 3_600_000, undefined, () => Promise.resolve(1)), 1);
  await assertRejects(() => withDeadline(systemClock, 1, undefined, untilAborted), DOMException, "within 1 ms");
});

function throwError(error: Error): never {
  throw error;
}
