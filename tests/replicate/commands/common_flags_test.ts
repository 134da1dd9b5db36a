import { assertEquals } from "@std/assert";
import { CONFIG_FLAGS, JSON_FLAG, PARALLELISM_FLAG, REPLICA_FLAG } from "../../../replicate/commands/common_flags.ts";
import { COMMANDS } from "../../../replicate/commands/run.ts";

Deno.test("a flag that several commands have means the same in each", () => {
  const flags = COMMANDS.flatMap((command) => command.flags);
  for (const shared of [...CONFIG_FLAGS, REPLICA_FLAG, PARALLELISM_FLAG]) {
    for (const flag of flags.filter(({ name }) => name === shared.name)) assertEquals(flag, shared);
  }
  assertEquals(JSON_FLAG.value, null);
});

Deno.test("every command that reads a configuration can leave its variables alone", () => {
  for (const { name, flags } of COMMANDS) {
    const names = flags.map((flag) => flag.name);
    assertEquals(names.includes("config"), names.includes("no-expand-env"), name);
  }
});
