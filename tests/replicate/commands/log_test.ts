import { assertEquals } from "@std/assert";
import { createLog } from "../../../replicate/commands/log.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { recordingShell } from "../../support/recording_shell.ts";

const FIELDS = { db: "/a b.db", replica: "s3", lag: 12.5, none: null, error: 'not "there"' };

Deno.test("createLog() writes lines as slog does", () => {
  const shell = recordingShell({ clock: new FakeClock() });
  const time = new Date(shell.clock.now()).toISOString();
  createLog(shell, { level: "info", type: "text", stream: "stdout" })("warning", "New generation", FIELDS);
  createLog(shell, { level: "info", type: "json", stream: "stdout" })("info", "Snapshot", { db: "/a.db" });
  assertEquals(shell.out, [
    `time=${time} level=WARN msg="New generation" db="/a b.db" replica=s3 lag=12.5 none="" error="not \\"there\\""`,
    JSON.stringify({ time, level: "INFO", msg: "Snapshot", db: "/a.db" }),
  ]);
  assertEquals(shell.err, []);
});

Deno.test("createLog() leaves out what is below the level, and writes where it is told to", () => {
  const shell = recordingShell();
  const log = createLog(shell, { level: "warn", type: "text", stream: "stderr" });
  for (const level of ["debug", "info", "warning", "error"] as const) log(level, level);
  assertEquals([shell.out.length, shell.err.map((line) => /msg=(\w+)/.exec(line)?.[1])], [0, ["warning", "error"]]);
});
