import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../../replicate/commands/run.ts";
import { runHere } from "../../support/recording_shell.ts";

Deno.test("runCommand() prints the commands when it is asked for help, and fails without a command", async () => {
  for (const [args, expected] of [[[], 1], [["help"], 0], [["-h"], 0], [["-help"], 0], [["--help"], 0]] as const) {
    const { code, out, err } = await runHere(args);
    assertEquals([code, err], [expected, ""]);
    for (const { name, summary } of COMMANDS) {
      assert(out.some((line) => line.includes(name) && line.includes(summary)), name);
    }
  }
});

Deno.test("runCommand() prints every flag of a command when it is asked for its help", async () => {
  for (const { name, flags, usage } of COMMANDS) {
    for (const args of [["help", name], [name, "-h"], [name, "--help"], [name, "some", "-help"]]) {
      const { code, out, err } = await runHere(args);
      assertEquals([code, err], [0, ""], args.join(" "));
      assertEquals(out[0], `Usage: replicate ${name}${usage[0] === "" ? "" : ` ${usage[0]}`}`);
      for (const flag of flags) assert(out.some((line) => line.startsWith(`  -${flag.name} `)), flag.name);
    }
  }
});

Deno.test("runCommand() names an unknown command, flag or argument, says where help is, and fails", async () => {
  const table: readonly (readonly [args: readonly string[], said: string, help: string])[] = [
    [["backup"], `Unknown command "backup"`, `See "replicate help".`],
    [["help", "backup"], `Unknown command "backup"`, `See "replicate help".`],
    ...COMMANDS.map(({ name }) =>
      [[name, "-no-such-flag"], `Unknown flag "-no-such-flag"`, `See "replicate help ${name}".`] as const
    ),
    ...["generations", "snapshots", "wal", "status", "validate", "reset", "restore"].map((name) =>
      [[name, "one", "two"], `"two"`, `See "replicate help ${name}".`] as const
    ),
    ...["generations", "snapshots", "wal", "status", "validate", "reset", "restore"].map((name) =>
      [[name], "Cannot do that without", `See "replicate help ${name}".`] as const
    ),
    ...["version", "databases"].map((name) => [[name, "extra"], `"extra"`, `See "replicate help ${name}".`] as const),
  ];
  for (const [args, said, help] of table) {
    const { code, out, err } = await runHere(args);
    assertEquals([code, out], [1, []], args.join(" "));
    assertStringIncludes(err, said);
    assertStringIncludes(err, help);
  }
});

Deno.test("runCommand() says why a command failed, with its causes and without a stack", async () => {
  const { code, err } = await runHere(["databases", "-config", "/nonexistent/x.yml"]);
  assertEquals(code, 1);
  assert(err.startsWith(`replicate: Cannot read the configuration "/nonexistent/x.yml" as there is none: `), err);
  assert(!err.includes("\n"), err);
});
