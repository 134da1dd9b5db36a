import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../../server/flags.ts";

const OPTIONS = { known: ["-name", "-on"], switches: ["-on"] };

Deno.test("parseFlags() reads values joined and apart, with one dash and two, the last one winning", () => {
  const cases: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
    [[], {}],
    [["-name", "a b"], { "-name": "a b" }],
    [["--name=a=b"], { "-name": "a=b" }],
    [["-name="], { "-name": "" }],
    [["-name", ""], { "-name": "" }],
    [["-name", "-on"], { "-name": "-on" }],
    [["-name=a", "-name=b\nc"], { "-name": "b\nc" }],
    [["-on", "-name=x"], { "-on": "y", "-name": "x" }],
    [["-on", "false"], { "-on": "false" }],
    [["-on=no"], { "-on": "no" }],
  ];
  for (const [args, values] of cases) {
    assertEquals(parseFlags(args, OPTIONS), { values: new Map(Object.entries(values)), help: false, problems: [] });
  }
});

Deno.test("parseFlags() knows when help is asked for", () => {
  for (const arg of ["-h", "--h", "-help", "--help"]) assert(parseFlags([arg], OPTIONS).help, arg);
});

Deno.test("parseFlags() names what it cannot read", () => {
  assertEquals(parseFlags(["-", "--", "x", "---name", "-other=1", "-name"], OPTIONS).problems, [
    'Cannot read the argument "-" as only flags are expected',
    'Cannot read the argument "--" as only flags are expected',
    'Cannot read the argument "x" as only flags are expected',
    'Cannot read the argument "---name" as only flags are expected',
    'Cannot read the flag "-other" as there is no such flag',
    'Cannot read the flag "-name" as it must be followed by a value',
  ]);
});
