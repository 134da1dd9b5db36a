import { assertEquals, assertRejects } from "@std/assert";
import type { Clock } from "../../server/clock.ts";
import { durableWait } from "../../server/durable_wait.ts";
import { PasteError } from "../../server/errors.ts";

interface ManualClock extends Clock {
  /** Lets the time limit pass. */
  expire(): void;
  /** How many timers run. */
  timers(): number;
}

function manualClock(): ManualClock {
  const callbacks = new Set<() => void>();
  return {
    now: () => 0,
    after: (_ms, callback) => {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    expire: () => callbacks.forEach((callback) => callback()),
    timers: () => callbacks.size,
  };
}

Deno.test("durableWait() resolves with the port and leaves no timer", async () => {
  const clock = manualClock();
  const wait = durableWait({
    durability: { committed: () => {}, durable: () => Promise.resolve() },
    clock,
    timeoutMs: 5,
  });
  await wait(1);
  assertEquals(clock.timers(), 0);
});

Deno.test("durableWait() rejects with not-yet-durable when the port does", async () => {
  const clock = manualClock();
  const cause = new Error("no bucket");
  const durability = { committed: () => {}, durable: () => Promise.reject(cause) };
  const error = await assertRejects(
    () => durableWait({ durability, clock, timeoutMs: 5 })(1),
    PasteError,
    "may still become durable",
  );
  assertEquals([error.code, error.status, error.retryAfterSeconds, error.cause], ["not-yet-durable", 503, 5, cause]);
  assertEquals(clock.timers(), 0);
});

Deno.test("durableWait() tells the port and rejects at the limit, even when the port does not listen", async () => {
  const clock = manualClock();
  const signals: AbortSignal[] = [];
  const durability = {
    committed: () => {},
    durable: (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<void>(() => {});
    },
  };
  const rejected = assertRejects(() => durableWait({ durability, clock, timeoutMs: 5 })(1), PasteError);
  clock.expire();
  assertEquals((await rejected).code, "not-yet-durable");
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
});
