import { assertEquals, assertStringIncludes } from "@std/assert";
import { progressTo } from "../../../replicate/commands/restore_progress.ts";
import { recordingShell } from "../../support/recording_shell.ts";

Deno.test("progressTo() draws on a terminal and writes no line", () => {
  const shell = recordingShell({ terminal: "some" });
  const tell = progressTo(shell, { replica: "s3://bucket/db", terminal: shell.terminal });
  while (shell.drawn.length === 0) tell(50, 100); // a tenth of a second: a line goes by the system's clock
  assertStringIncludes(shell.drawn[0] ?? "", "Restoring: 50 % of 100 B");
  assertEquals(shell.err, []);
});

Deno.test("progressTo() neither draws nor writes what is quick where there is no terminal", () => {
  const shell = recordingShell();
  const tell = progressTo(shell, { replica: "s3://bucket/db", terminal: null });
  for (const done of [0, 50, 100]) tell(done, 100);
  assertEquals([shell.err, shell.drawn], [[], []]);
});
