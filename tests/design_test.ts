/** What the engine's design says is proven, is: its tables against the names of the tests. */

import { assert, assertEquals } from "@std/assert";
import { readSourceTree } from "./support/source_tree.ts";

const files = await readSourceTree();
const tests = new Map(
  files.filter(({ path }) => /^tests\/.*_test\.ts$/.test(path)).map(({ path, text }) => [path, text]),
);

/** The rows of the table in the design whose first column has a name. */
function rowsOf(firstColumn: string): string[][] {
  const text = files.find(({ path }) => path === "replicate/DESIGN.md")?.text ?? "";
  const lines = text.slice(text.search(new RegExp(`^\\| ${firstColumn} +\\|`, "m"))).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(2, end).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("each fault in the design's table of failures begins the name of a test", () => {
  const faults = rowsOf("fault").map(([fault = ""]) => fault);
  assertEquals(faults.length, 11);
  const unproven = faults.filter((fault) => {
    const name = new RegExp(`["\`]${RegExp.escape(fault)}: `);
    return !tests.values().some((text) => name.test(text));
  });
  assertEquals(unproven, []);
});

Deno.test("each hazard in the design has a number, an answer, and tests that are there", () => {
  const rows = rowsOf("no\\.");
  assertEquals(rows.map(([number]) => number), Array.from({ length: 40 }, (_, i) => `${i + 1}`));
  for (const [number, hazard, answer, proof = ""] of rows) {
    assert(hazard !== "" && answer !== "", `hazard ${number}`);
    const missing = proof.split(", ").filter((name) => name !== "—" && !tests.has(`tests/${name}_test.ts`));
    assertEquals(missing, [], `hazard ${number}`);
  }
});

Deno.test("each test that is named after a hazard is in the file that the design names for it", () => {
  const proofs = new Map(rowsOf("no\\.").map(([number, , , proof = ""]) => [number, proof.split(", ")]));
  for (const [path, text] of tests) {
    for (const [, number] of text.matchAll(/["`]hazard (\d+): /g)) {
      const named = proofs.get(number ?? "")?.map((name) => `tests/${name}_test.ts`) ?? [];
      assert(named.includes(path), `hazard ${number}: the design does not name ${path}`);
    }
  }
});
