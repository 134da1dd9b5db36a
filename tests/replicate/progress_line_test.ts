import { assertEquals } from "@std/assert";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { ProgressLine } from "../../replicate/progress_line.ts";
import { FakeClock } from "../support/fake_clock.ts";

const ERASE = "\r\x1b[K";
const replica = "s3://bucket/db";

type Progress = Extract<ReplicateEvent, { type: "progress" }>;
type Fields = Readonly<Record<string, string | number | null>>;

function progress(
  doneBytes: number,
  totalBytes: number | null = 1_000_000,
  task: Progress["task"] = "restore",
): Progress {
  return { type: "progress", task, replica, doneBytes, totalBytes };
}

/** A line, its clock, and all that it wrote. */
function setUp({ terminal }: { readonly terminal: "terminal" | "none" }): {
  readonly line: ProgressLine;
  readonly clock: FakeClock;
  readonly written: string[];
  readonly records: [string, Fields][];
} {
  const clock = new FakeClock();
  const written: string[] = [];
  const records: [string, Fields][] = [];
  const write = terminal === "none" ? null : (text: string): void => void written.push(text);
  const record = (message: string, fields: Fields): void => void records.push([message, fields]);
  return { line: new ProgressLine({ clock, write, record }), clock, written, records };
}

Deno.test("ProgressLine redraws a terminal at most ten times a second", async () => {
  const { line, clock, written, records } = setUp({ terminal: "terminal" });
  for (let ms = 0; ms < 1_000; ms += 20) {
    line.update(progress(ms * 100));
    await clock.advance(20);
  }
  assertEquals(written.length, 9);
  assertEquals(written[0], `${ERASE}Restoring: 1 % of 1 MB, 100 kB/s`);
  assertEquals(written.at(-1), `${ERASE}Restoring: 9 % of 1 MB, 100 kB/s`);
  assertEquals(records, []);
});

Deno.test("ProgressLine takes its line away at the end, and only what it has drawn", async () => {
  const { line, clock, written } = setUp({ terminal: "terminal" });
  line.end();
  line.update(progress(0));
  line.update(progress(1_000_000));
  assertEquals(written, []);
  line.update(progress(0));
  await clock.advance(100);
  line.update(progress(500_000));
  await clock.advance(100);
  line.update(progress(1_000_000));
  assertEquals(written.length, 2);
  line.end();
  assertEquals(written, [`${ERASE}Restoring: 50 % of 1 MB, 5 MB/s`, ERASE]);
});

Deno.test("ProgressLine leaves the percentage out when the end is not known", async () => {
  const { line, clock, written } = setUp({ terminal: "terminal" });
  line.update(progress(0, null, "snapshot"));
  await clock.advance(2_000);
  line.update(progress(3_000_000, null, "snapshot"));
  assertEquals(written, [`${ERASE}Writing a snapshot: 3 MB, 1.5 MB/s`]);
});

Deno.test("ProgressLine never says 100 % before the end", async () => {
  const { line, clock, written } = setUp({ terminal: "terminal" });
  line.update(progress(0));
  await clock.advance(2_000);
  line.update(progress(999_999));
  assertEquals(written, [`${ERASE}Restoring: 99 % of 1 MB, 500 kB/s`]);
});

Deno.test("ProgressLine records every five seconds where there is no terminal, and nothing of what is quick", async () => {
  const { line, clock, records } = setUp({ terminal: "none" });
  for (let second = 0; second <= 12; second++) {
    line.update(progress(second * 1_000));
    await clock.advance(1_000);
  }
  await clock.advance(5_000);
  line.update(progress(1_000_000));
  line.end();
  const fields = { replica, totalBytes: 1_000_000 };
  assertEquals(records, [
    ["Restoring", { ...fields, doneBytes: 5_000 }],
    ["Restoring", { ...fields, doneBytes: 10_000 }],
  ]);
});

Deno.test("ProgressLine measures each task from its own start", async () => {
  const { line, clock, written } = setUp({ terminal: "terminal" });
  line.update(progress(0));
  await clock.advance(10_000);
  line.update(progress(0, 2_000_000, "snapshot"));
  assertEquals(written, []);
  await clock.advance(1_000);
  line.update(progress(1_000_000, 2_000_000, "snapshot"));
  assertEquals(written, [`${ERASE}Writing a snapshot: 50 % of 2 MB, 1 MB/s`]);
});
