import { assert, assertEquals, assertFalse } from "@std/assert";
import { LagWatch } from "../../replicate/lag_watch.ts";

/** Eight captures in a row that prove nothing yet. */
const LAGGING = Array.from({ length: 8 }, () => false);

/** What a watch says after each backlog; null for a capture that reached the end. */
function watch(backlogs: readonly (number | null)[]): boolean[] {
  const lag = new LagWatch();
  return backlogs.map((bytes) => {
    if (bytes === null) lag.caughtUp();
    else lag.fellBehind(bytes);
    return lag.isGrowing;
  });
}

Deno.test("LagWatch.isGrowing is false at first", () => {
  assertFalse(new LagWatch().isGrowing);
});

Deno.test("LagWatch.isGrowing becomes true when a backlog has not shrunk over eight captures", () => {
  assertEquals(watch([100, 100, 100, 100, 100, 100, 100, 100, 100]), [...LAGGING, true]);
  assert(watch([100, 90, 80, 70, 60, 50, 40, 30, 200]).at(-1));
});

Deno.test("LagWatch.isGrowing stays false while the backlog shrinks", () => {
  assertFalse(watch(Array.from({ length: 60 }, (_, i) => 1_000 - i)).some((isGrowing) => isGrowing));
});

Deno.test("LagWatch.isGrowing becomes false when the backlog shrinks again, or the end is reached", () => {
  const growing = Array<number>(9).fill(100);
  assertFalse(watch([...growing, null]).at(-1));
  assertFalse(watch([...growing, ...Array<number>(8).fill(50)]).at(-1));
  assertFalse(watch([...growing, null, ...Array<number>(8).fill(100)]).at(-1), "the count begins anew");
});
