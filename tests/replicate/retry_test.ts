import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Clock } from "../../replicate/clock.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { pauseMs, retry, type RetryOptions } from "../../replicate/retry.ts";
import { withRandom } from "../support/random.ts";

/** Time that passes at once and keeps a record of each wait. */
function instantClock(): { readonly clock: Clock; readonly pauses: number[] } {
  const pauses: number[] = [];
  let time = 0;
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    sleep: (ms) => {
      pauses.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  return { clock, pauses };
}

/** Time that stands still: a wait ends by its signal only. */
function frozenClock(onSleep: () => void): Clock {
  return {
    now: () => 0,
    monotonic: () => 0,
    sleep: (_, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        onSleep();
      }),
  };
}

const BOUNDS = { maxTries: 5, basePauseMs: 100, maxPauseMs: 1000 };

function options(clock: Clock, more: Partial<RetryOptions> = {}): RetryOptions {
  return { clock, random: () => 0.5, ...BOUNDS, ...more };
}

function unavailable(retryAfterMs = 0): ReplicateError {
  return new ReplicateError("store-unavailable", "Cannot reach the store", { retryable: true, retryAfterMs });
}

Deno.test("retry() returns the result without a pause when the first try succeeds", async () => {
  const { clock, pauses } = instantClock();
  assertEquals(await retry((tryNumber) => Promise.resolve(`try ${tryNumber}`), options(clock)), "try 1");
  assertEquals(pauses, []);
});

Deno.test("retry() tries again with growing pauses when the error is retryable", async () => {
  const { clock, pauses } = instantClock();
  const tries: number[] = [];
  const result = await retry((tryNumber) => {
    tries.push(tryNumber);
    return tryNumber < 4 ? Promise.reject(unavailable()) : Promise.resolve("done");
  }, options(clock));
  assertEquals(result, "done");
  assertEquals(tries, [1, 2, 3, 4]);
  assertEquals(pauses, [75, 150, 300]);
});

Deno.test("retry() throws the last error without another pause when the tries are used up", async () => {
  const { clock, pauses } = instantClock();
  const errors: ReplicateError[] = [];
  const last = await assertRejects(() =>
    retry(() => {
      const error = unavailable();
      errors.push(error);
      return Promise.reject(error);
    }, options(clock)), ReplicateError);
  assertEquals(errors.length, 5);
  assertStrictEquals(last, errors.at(-1));
  assertEquals(pauses.length, 4);
});

Deno.test("retry() throws at once when the error is not retryable", async () => {
  const errors = [
    new ReplicateError("store-refused", "Access denied"),
    new TypeError("a bug"),
    "a string",
    undefined,
  ];
  for (const error of errors) {
    const { clock, pauses } = instantClock();
    let tries = 0;
    const outcome = await retry(() => {
      tries++;
      return Promise.reject(error);
    }, options(clock)).catch((caught: unknown) => ({ caught }));
    assertEquals(outcome, { caught: error });
    assertEquals([tries, pauses.length], [1, 0]);
  }
});

Deno.test("retry() stops when a retryable error is followed by one that is not", async () => {
  const { clock, pauses } = instantClock();
  await assertRejects(
    () => retry((tryNumber) => Promise.reject(tryNumber === 1 ? unavailable() : new RangeError("no")), options(clock)),
    RangeError,
  );
  assertEquals(pauses.length, 1);
});

Deno.test("retry() waits as long as the other side asks when that is longer than its own pause", async () => {
  const { clock, pauses } = instantClock();
  const asked = [5000, 10, 3_600_000];
  await retry((tryNumber) => {
    const retryAfterMs = asked[tryNumber - 1];
    return retryAfterMs === undefined ? Promise.resolve() : Promise.reject(unavailable(retryAfterMs));
  }, options(clock));
  assertEquals(pauses, [5000, 150, 60_000]);
});

Deno.test("retry() does not begin when its signal has fired", async () => {
  const { clock } = instantClock();
  let tries = 0;
  const signal = AbortSignal.abort(new Error("shutting down"));
  const operation = (): Promise<void> => {
    tries++;
    return Promise.resolve();
  };
  await assertRejects(() => retry(operation, options(clock, { signal })), Error, "shutting down");
  assertEquals(tries, 0);
});

Deno.test("retry() ends a pause at once when its signal fires", async () => {
  const stop = new AbortController();
  const clock = frozenClock(() => stop.abort(new Error("shutting down")));
  let tries = 0;
  await assertRejects(
    () =>
      retry(() => {
        tries++;
        return Promise.reject(unavailable());
      }, options(clock, { signal: stop.signal })),
    Error,
    "shutting down",
  );
  assertEquals(tries, 1);
});

Deno.test("retry() throws the operation's error without a pause when its signal fires during a try", async () => {
  const { clock, pauses } = instantClock();
  const stop = new AbortController();
  await assertRejects(
    () =>
      retry(() => {
        stop.abort();
        return Promise.reject(unavailable());
      }, options(clock, { signal: stop.signal })),
    ReplicateError,
    "Cannot reach the store",
  );
  assertEquals(pauses, []);
});

Deno.test("pauseMs() doubles the bound up to the longest pause and takes a random half of it", () => {
  const cases: readonly [tryNumber: number, shortest: number, bound: number][] = [
    [1, 50, 100],
    [2, 100, 200],
    [3, 200, 400],
    [4, 400, 800],
    [5, 500, 1000],
    [6, 500, 1000],
    [1000, 500, 1000],
    [Number.MAX_SAFE_INTEGER, 500, 1000],
  ];
  for (const [tryNumber, shortest, bound] of cases) {
    assertEquals(pauseMs(tryNumber, 0, { ...BOUNDS, random: () => 0 }), shortest);
    assertEquals(pauseMs(tryNumber, 0, { ...BOUNDS, random: () => 0.5 }), (shortest + bound) / 2);
  }
});

Deno.test("pauseMs() stays within its bounds whatever it is asked", async () => {
  await withRandom((random) => {
    for (let i = 0; i < 1000; i++) {
      const basePauseMs = random.integer(1, 5000);
      const maxPauseMs = random.integer(1, 60_000);
      const tryNumber = random.integer(1, 100);
      const pause = pauseMs(tryNumber, 0, { basePauseMs, maxPauseMs, random: random.next });
      const bound = Math.min(maxPauseMs, basePauseMs * 2 ** (tryNumber - 1));
      assert(pause >= bound / 2 && pause < bound, `${pause} for try ${tryNumber}, ${basePauseMs}, ${maxPauseMs}`);
      const retryAfterMs = random.integer(0, 200_000);
      const asked = pauseMs(tryNumber, retryAfterMs, { basePauseMs, maxPauseMs, random: random.next });
      assert(asked >= Math.min(retryAfterMs, 60_000) && asked <= 60_000);
    }
  });
});
