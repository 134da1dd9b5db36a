import { assertEquals, assertRejects } from "@std/assert";
import { interruptible } from "../../../replicate/commands/interruption.ts";
import { runCommand } from "../../../replicate/commands/run.ts";
import type { Shell } from "../../../replicate/commands/shell.ts";
import { copyFixture } from "../../support/litestream_fixture.ts";
import { recordingShell } from "../../support/recording_shell.ts";
import { namesIn } from "../../support/workspace.ts";

Deno.test("interruptible() tells the operation of a signal, and listens no longer than it runs", async () => {
  const shell = recordingShell();
  assertEquals(await interruptible(shell, () => Promise.resolve(7)), 7);
  assertEquals(shell.listenerCount(), 0);
  const waiting = interruptible(
    shell,
    (signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  shell.signal("SIGINT");
  await assertRejects(() => waiting, DOMException, "Interrupted by SIGINT");
  assertEquals(shell.listenerCount(), 0);
});

Deno.test("replicate restore and validate leave nothing behind when a signal ends them", async () => {
  await using replica = await copyFixture("p4096");
  const temporary = await Deno.makeTempDir();
  const usual = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", temporary);
  for (const args of [["restore", "-o", replica.outputPath], ["validate"]]) {
    const recording = recordingShell();
    const shell: Shell = {
      ...recording,
      onSignal: (listener) => {
        listener("SIGTERM");
        return () => {};
      },
    };
    assertEquals(await runCommand(shell, [...args, `file://${replica.path}`]), 1);
    assertEquals(recording.err, ["replicate: Interrupted by SIGTERM"]);
  }
  assertEquals(await replica.outputFiles(), []);
  if (usual === undefined) Deno.env.delete("TMPDIR");
  else Deno.env.set("TMPDIR", usual);
  assertEquals(await namesIn(temporary), []);
  await Deno.remove(temporary);
});
