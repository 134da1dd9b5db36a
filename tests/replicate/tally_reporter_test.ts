import { assertEquals } from "@std/assert";
import { TallyReporter } from "../../replicate/tally_reporter.ts";
import { FakeClock } from "../support/fake_clock.ts";

function reporterOn(clock: FakeClock): { readonly reporter: TallyReporter; readonly at: number[] } {
  const at: number[] = [];
  const report = (): Promise<void> => Promise.resolve(void at.push(clock.monotonic()));
  return { reporter: new TallyReporter({ clock, report }), at };
}

Deno.test("TallyReporter reports at most once a second, however much happens, and never when nothing did", async () => {
  const clock = new FakeClock();
  const { reporter, at } = reporterOn(clock);
  const begin = clock.monotonic();
  await clock.advance(10_000);
  assertEquals(at, []);
  for (let ms = 0; ms < 3_000; ms += 10) {
    reporter.touch();
    await clock.advance(10);
  }
  await clock.advance(60_000);
  const first = at[0] ?? 0;
  assertEquals(at.map((ms) => ms - first), [0, 1_000, 2_000, 3_000]);
  assertEquals(first, begin + 10_000);
});

Deno.test("TallyReporter.flush() reports at once what waits, and nothing when nothing waits", async () => {
  const clock = new FakeClock();
  const { reporter, at } = reporterOn(clock);
  reporter.touch();
  await clock.advance(0);
  reporter.touch();
  await reporter.flush();
  assertEquals(at.length, 2);
  await reporter.flush();
  assertEquals(at.length, 2);
});
