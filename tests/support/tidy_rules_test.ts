/** Shows of each rule of the house style that it can fail: on a sample that breaks it, and at the right line. */

import { assertEquals } from "@std/assert";
import type { SourceFile, Violation } from "./source_tree.ts";
import * as rules from "./tidy_rules.ts";

type Rule = (files: readonly SourceFile[]) => Violation[];

interface Sample {
  readonly rule: Rule;
  readonly path: string;
  readonly text: string;
  /** The lines that the rule reports. */
  readonly lines: readonly number[];
}

const surroundings = { parent: "/home/ada", names: ["pastes", "notes"] };
const outside: Rule = (files) => rules.findPathsOutside(files, surroundings);
const untested: Rule = (files) => rules.findUntested(files, new Map([["server/clock.ts", "the system's own"]]));
const later = "TO" + "DO";

const SAMPLES: readonly Sample[] = [
  { rule: rules.findLongFiles, path: "server/a.ts", text: "x;\n".repeat(250), lines: [] },
  { rule: rules.findLongFiles, path: "server/a.ts", text: "x;\n".repeat(251), lines: [251] },
  { rule: rules.findLongFiles, path: "README.md", text: "x\n".repeat(999), lines: [] },

  { rule: rules.findHiddenInputs, path: "server/a.ts", text: 'x;\nDeno.env.get("A");', lines: [2] },
  { rule: rules.findHiddenInputs, path: "replicate/a.ts", text: "f(Deno.args);\nprocess.env.A;", lines: [1, 2] },
  { rule: rules.findHiddenInputs, path: "server/a.ts", text: '// Deno.env\nf("Deno.args");', lines: [] },
  { rule: rules.findHiddenInputs, path: "main.ts", text: "Deno.env;", lines: [] },
  { rule: rules.findHiddenInputs, path: "replicate/cli.ts", text: "Deno.args;", lines: [] },

  { rule: rules.findPrinting, path: "server/a.ts", text: "console.log(1);\nDeno.stdout;", lines: [1, 2] },
  { rule: rules.findPrinting, path: "main.ts", text: 'console["log"](1);', lines: [1] },
  { rule: rules.findPrinting, path: "server/log.ts", text: "console.log(1);", lines: [] },

  { rule: rules.findHiddenClocks, path: "server/a.ts", text: "Date.now();\nnew Date();\nnew Date;", lines: [1, 2, 3] },
  { rule: rules.findHiddenClocks, path: "main.ts", text: "performance.now();\nAbortSignal.timeout(1);", lines: [1, 2] },
  { rule: rules.findHiddenClocks, path: "replicate/a.ts", text: "f(setTimeout);\nself.setInterval(g);", lines: [1, 2] },
  { rule: rules.findHiddenClocks, path: "replicate/a.ts", text: "new Date(0);\nport.setTimeout(f);", lines: [] },
  { rule: rules.findHiddenClocks, path: "replicate/a.ts", text: "`${Date.now()} Date.now()`;", lines: [1] },
  { rule: rules.findHiddenClocks, path: "replicate/clock.ts", text: "Date.now();", lines: [] },

  { rule: rules.findImpurities, path: "replicate/wal/a.ts", text: "x;\nDeno.open(p);\nfetch(u);", lines: [2, 3] },
  { rule: rules.findImpurities, path: "replicate/position.ts", text: "Math.random();\ncrypto.subtle;", lines: [1, 2] },
  { rule: rules.findImpurities, path: "replicate/sync.ts", text: "fetch(u);", lines: [] },

  { rule: rules.findLeftovers, path: "docs/a.md", text: `fine\n${later}: the rest`, lines: [2] },
  { rule: rules.findLeftovers, path: "docs/a.md", text: `${later}s mktemp XXXXXX`, lines: [] },

  { rule: rules.findSwitchedOffTests, path: "tests/a_test.ts", text: 'Deno.test.only("x", f);', lines: [1] },
  { rule: rules.findSwitchedOffTests, path: "tests/a_test.ts", text: "x;\nt({ ignore: true });", lines: [2] },
  { rule: rules.findSwitchedOffTests, path: "tests/a_test.ts", text: "t({ ignore: !server });", lines: [] },

  {
    rule: rules.findBadTestNames,
    path: "tests/a_test.ts",
    text: 'Deno.test("a", f);\nDeno.test({ name: "b", fn });\nDeno.test("a", f);\nDeno.test(`b`, f);',
    lines: [3, 4],
  },
  { rule: rules.findBadTestNames, path: "tests/a_test.ts", text: 'Deno.test("f() should work", f);', lines: [1] },
  { rule: rules.findBadTestNames, path: "tests/a_test.ts", text: 'await t.step("it should", f);', lines: [1] },
  { rule: rules.findBadTestNames, path: "tests/a_test.ts", text: "const s = `Deno.test('should', f)`;", lines: [] },

  { rule: untested, path: "server/a.ts", text: "x;\nexport function f() {}", lines: [2] },
  { rule: untested, path: "server/a.ts", text: 'export interface A {}\nexport * from "./b.ts";', lines: [] },
  { rule: untested, path: "server/clock.ts", text: "export const x = 1;", lines: [] },

  { rule: outside, path: "docs/a.md", text: "[in](../x.md)\n[out](../../x.md)", lines: [2] },
  { rule: outside, path: "tests/a.ts", text: 'x;\nimport "../../b.ts";', lines: [2] },
  { rule: outside, path: "tests/a.ts", text: 'read("../../notes/b");\nread("../../../etc/passwd");', lines: [1] },
  { rule: outside, path: "tests/a.ts", text: 'read("/home/ada/notes/b");\nread("/home/ada/notes-2");', lines: [1] },
  { rule: outside, path: ".ci/x", text: 'cd "$(dirname "$0")/.."\n./run\n../../up', lines: [3] },

  { rule: rules.findUnexplainedIgnores, path: "server/a.ts", text: "// deno-lint-ignore no-console\n", lines: [1] },
  {
    rule: rules.findUnexplainedIgnores,
    path: "server/a.ts",
    text: 'x; // deno-lint-ignore no-console -- before the log exists\n"deno-lint-ignore";',
    lines: [],
  },
];

Deno.test("each rule reports the lines that break it, and no others", () => {
  for (const { rule, path, text, lines } of SAMPLES) {
    const found = rule([{ path, text }]);
    assertEquals(found.map(({ line }) => line), lines, `${rule.name} on ${JSON.stringify(text)}`);
    assertEquals(found.filter((violation) => violation.path !== path || violation.message === ""), []);
  }
});

Deno.test("findUntested() is content when the mirrored test exists, and reports an exception that is none any more", () => {
  const files = ["server/routes/a.ts", "tests/server/routes/a_test.ts"].map((path) => ({
    path,
    text: "export const x = 1;",
  }));
  assertEquals(rules.findUntested(files, new Map()), []);
  assertEquals(rules.findUntested(files, new Map([["server/routes/a.ts", "for now"]])).length, 1);
});
