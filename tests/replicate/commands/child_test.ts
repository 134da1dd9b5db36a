import { assertEquals, assertThrows } from "@std/assert";
import { startChild } from "../../../replicate/commands/child.ts";
import { UsageError } from "../../../replicate/commands/flags.ts";
import { ReplicateError } from "../../../replicate/errors.ts";

Deno.test("startChild() gives the exit code, by signals too", async () => {
  assertEquals(await startChild("true").exitCode, 0);
  assertEquals(await startChild("sh -c 'exit 7'").exitCode, 7);
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGKILL", 137]] as const) {
    const child = startChild("sleep 60");
    child.kill(signal);
    assertEquals(await child.exitCode, code);
  }
});

Deno.test("startChild() sends no signal to a command that has ended", async () => {
  const child = startChild("true");
  await child.exitCode;
  child.kill("SIGTERM");
});

Deno.test("startChild() says what it cannot run", () => {
  const error = assertThrows(() => startChild("/nonexistent/app -x"), ReplicateError, `"/nonexistent/app"`);
  assertEquals(error.code, "bad-config");
  assertThrows(() => startChild("a && b"), UsageError, "shell");
});
