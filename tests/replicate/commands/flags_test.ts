import { assertEquals, assertThrows } from "@std/assert";
import { type FlagSpec, parseFlags, UsageError } from "../../../replicate/commands/flags.ts";

const SPECS: readonly FlagSpec[] = [
  { name: "o", value: "PATH", help: "" },
  { name: "json", value: null, help: "" },
  { name: "if-db-not-exists", value: null, help: "" },
];

Deno.test("parseFlags() reads flags as Go does, with one dash or two, before or after the arguments", () => {
  const table:
    readonly (readonly [args: readonly string[], o: string | null, isJson: boolean, rest: readonly string[]])[] = [
      [[], null, false, []],
      [["-o", "out", "url"], "out", false, ["url"]],
      [["--o=out", "url", "--json"], "out", true, ["url"]],
      [["-json=false", "-o", "-json"], "-json", false, []],
      [["-json=T", "-o=a=b"], "a=b", true, []],
      [["-o=", "url"], null, false, ["url"]],
      [["-o", "one", "-o", "two"], "two", false, []],
      [["-json", "--", "-o", "x"], null, true, ["-o", "x"]],
    ];
  for (const [args, o, isJson, rest] of table) {
    const flags = parseFlags(SPECS, args);
    assertEquals([flags.text("o"), flags.isOn("json"), flags.args], [o, isJson, rest], args.join(" "));
  }
});

Deno.test("parseFlags() names the flag that it cannot take", () => {
  const table: readonly (readonly [args: readonly string[], message: string])[] = [
    [["-x"], `Unknown flag "-x"`],
    [["--jsn"], `Unknown flag "-jsn"`],
    [["-1"], `Unknown flag "-1"`],
    [["-"], `Unknown flag "-"`],
    [["url", "-o"], "Cannot read -o as its value is missing: write -o PATH"],
    [["-json=maybe"], `Cannot read -json as it must be "true" or "false": current value is "maybe"`],
  ];
  for (const [args, message] of table) {
    assertEquals(assertThrows(() => parseFlags(SPECS, args), UsageError).message, message);
  }
});

Deno.test("Flags gives the one argument, and names what is too much", () => {
  assertEquals(parseFlags(SPECS, ["db"]).onlyArgument("a database"), "db");
  assertThrows(() => parseFlags(SPECS, []).onlyArgument("a database"), UsageError, "without a database");
  assertThrows(() => parseFlags(SPECS, ["db", "more"]).onlyArgument("a database"), UsageError, `"more"`);
  parseFlags(SPECS, ["-json"]).noArguments();
  assertThrows(() => parseFlags(SPECS, ["more"]).noArguments(), UsageError, `"more"`);
});
