import { assertEquals, assertRejects } from "@std/assert";
import type { Clock } from "../../server/clock.ts";
import { InFlight } from "../../server/in_flight.ts";

/** A clock whose only timer goes off when it is told to. */
function alarmClock(): { readonly clock: Clock; ring(): void } {
  let alarm = (): void => {};
  const after = (_ms: number, action: () => void): () => void => {
    alarm = action;
    return () => alarm = () => {};
  };
  return { clock: { now: () => 0, after }, ring: () => alarm() };
}

Deno.test("InFlight.idle() resolves at once when nothing is under way", async () => {
  await new InFlight().idle(alarmClock().clock, 1_000);
});

Deno.test("InFlight.idle() waits for all that is under way, whether it ends well or not", async () => {
  const inFlight = new InFlight();
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const results = [inFlight.count(() => first.promise), inFlight.count(() => second.promise)] as const;
  const order: string[] = [];
  const idle = inFlight.idle(alarmClock().clock, 1_000).then(() => order.push("idle"));
  first.resolve("done");
  assertEquals(await results[0], "done");
  order.push("first done");
  second.reject(new TypeError("broken"));
  await assertRejects(() => results[1], TypeError);
  await idle;
  assertEquals(order, ["first done", "idle"]);
});

Deno.test("InFlight.idle() gives up at its bound", async () => {
  const { clock, ring } = alarmClock();
  const inFlight = new InFlight();
  const slow = Promise.withResolvers<void>();
  const counted = inFlight.count(() => slow.promise);
  const idle = inFlight.idle(clock, 1_000);
  ring();
  await idle;
  slow.resolve();
  await counted;
});
