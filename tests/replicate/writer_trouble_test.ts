import { assert, assertEquals } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { WriterTrouble } from "../../replicate/writer_trouble.ts";
import { FakeClock } from "../support/fake_clock.ts";

const FAILURE = new ReplicateError("store-unavailable", "No answer", { retryable: true });

function troubleOf(): {
  readonly trouble: WriterTrouble;
  readonly clock: FakeClock;
  readonly events: ReplicateEvent[];
  readonly finish: () => void;
} {
  const clock = new FakeClock();
  const events: ReplicateEvent[] = [];
  const finishing = new AbortController();
  const context = { clock, random: () => 0.999, emit: (event: ReplicateEvent) => void events.push(event) };
  const trouble = new WriterTrouble(context, "file:///replica", finishing.signal);
  return { trouble, clock, events, finish: () => finishing.abort() };
}

Deno.test("WriterTrouble.add() tells each failure, with pauses that grow to half a minute", () => {
  const { trouble, events } = troubleOf();
  assertEquals([trouble.isPresent, trouble.error], [false, null]);
  const pauses = Array.from({ length: 10 }, () => trouble.add(FAILURE));
  assert(pauses.every((ms, i) => i === 0 || ms >= (pauses[i - 1] ?? 0)));
  assertEquals(Math.round((pauses.at(-1) ?? 0) / 1_000), 30);
  assertEquals(events.map(({ type }) => type), Array(10).fill("sync-failed"));
  assertEquals([trouble.isPresent, trouble.error?.code], [true, "store-unavailable"]);
});

Deno.test("WriterTrouble.add() waits a second at most once it is time to finish", () => {
  const { trouble, finish } = troubleOf();
  finish();
  assert(Array.from({ length: 10 }, () => trouble.add(FAILURE)).every((ms) => ms <= 1_000));
});

Deno.test("WriterTrouble.clear() tells that it is over, once", () => {
  const { trouble, events } = troubleOf();
  assert(!(trouble.clear()));
  trouble.add(FAILURE);
  assertEquals([trouble.clear(), trouble.clear()], [true, false]);
  assertEquals([trouble.isPresent, trouble.error], [false, null]);
  assertEquals(events.at(-1), { type: "sync-recovered", replica: "file:///replica" });
});

Deno.test("WriterTrouble.wait() is cut short by the time to finish", async () => {
  const { trouble, clock, finish } = troubleOf();
  const waiting = trouble.wait(30_000, new AbortController().signal);
  await clock.whenPending(1);
  finish();
  await waiting;
});

Deno.test("WriterTrouble.end() keeps the reason for good", () => {
  const { trouble } = troubleOf();
  trouble.end(new ReplicateError("foreign-writer", "Another instance writes"));
  assertEquals(trouble.error?.code, "foreign-writer");
});
