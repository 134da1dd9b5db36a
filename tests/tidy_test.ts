/** The house style, held by a test: each rule says where the project breaks it. */

import { AssertionError } from "@std/assert";
import { findCycles, findImports } from "./support/import_graph.ts";
import { checkLayers } from "./support/layer_rules.ts";
import { formatViolations, PROJECT_ROOT, readSourceTree, type Violation } from "./support/source_tree.ts";
import * as rules from "./support/tidy_rules.ts";

/** Files without a test file of their own, and why. */
const TESTED_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["server/clock.ts", "the system's clock: a test would test the system"],
  ["replicate/session.ts", "the engine at work: everything in replicator_test.ts, succession_test.ts and simulation/"],
  ["replicate/worker.ts", "a worker's entry: it runs in the tests of replication.ts"],
]);

const files = await readSourceTree();

Deno.test("every file of code has at most 250 lines", () => {
  report(rules.findLongFiles(files));
});

Deno.test("the server does not know the replication engine, nor the other way round, and each layer keeps to its imports", () => {
  report(checkLayers(findImports(files)));
});

Deno.test("no files import each other in a circle", () => {
  report(findCycles(findImports(files)));
});

Deno.test("only the entry points read the environment and the arguments", () => {
  report(rules.findHiddenInputs(files));
});

Deno.test("only the log and the command line print", () => {
  report(rules.findPrinting(files));
});

Deno.test("only clock.ts asks for the time and waits by it", () => {
  report(rules.findHiddenClocks(files));
});

Deno.test("the files that only compute do no I/O and use no randomness", () => {
  report(rules.findImpurities(files));
});

Deno.test("every file that exports something to run has a test file at the mirrored path", () => {
  report(rules.findUntested(files, TESTED_ELSEWHERE));
});

Deno.test("no test is switched off", () => {
  report(rules.findSwitchedOffTests(files));
});

Deno.test("the names of a file's tests differ and say what holds", () => {
  report(rules.findBadTestNames(files));
});

Deno.test("no note for later work is left over", () => {
  report(rules.findLeftovers(files));
});

Deno.test("a linter that is switched off says why", () => {
  report(rules.findUnexplainedIgnores(files));
});

Deno.test("no file names a path outside the project", async () => {
  report(rules.findPathsOutside(files, await surroundings()));
});

/**
 * Where this checkout lies, and what lies beside it: paths that hold on one machine only.
 * In a folder that every machine has lie things that a file may well name, such as `/tmp/x`: no names then.
 */
async function surroundings(): Promise<rules.Surroundings> {
  const parent = PROJECT_ROOT.replace(/\/[^/]*$/, "");
  const names: string[] = [];
  if (!/^(|\/(tmp|var\/tmp|home|root|opt|srv|usr|usr\/src|app|data))$/.test(parent)) {
    for await (const { name } of Deno.readDir(parent)) names.push(name);
  }
  return { parent, names };
}

function report(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new AssertionError(`the house style is broken\n${formatViolations(violations)}`);
}
