import { assert, assertEquals } from "@std/assert";
import { figure } from "../../bench/figures.ts";
import { countMissed, formatJson, formatTable, type RowResult } from "../../bench/report.ts";

const RESULTS: readonly RowResult[] = [
  {
    row: "put-1k",
    what: "uploads",
    error: null,
    figures: [
      figure([12_345.6], { name: "service", unit: "/s" }),
      figure([0.1234, 0.5, 0.6], { name: "ratio", bar: { is: ">=", value: 0.42 } }),
      figure([3], { name: "trips", bar: { is: "<=", value: 2.5 } }),
    ],
  },
  { row: "growth", what: "grows", error: "the disk is full\nat line 1", figures: [] },
];

Deno.test("formatTable() shows each figure with its bar, and whether it is met", () => {
  const lines = formatTable(RESULTS).split("\n").map((line) => line.split("|").map((cell) => cell.trim()).slice(1, -1));
  assertEquals(lines.slice(2), [
    ["put-1k", "service", "12,346", "12,346", "12,346", "/s", "", ""],
    ["put-1k", "ratio", "0.123", "0.5", "0.6", "", ">= 0.42", "yes"],
    ["put-1k", "trips", "3", "3", "3", "", "<= 2.5", "no"],
    ["growth", "could not be measured: the disk is full", "", "", "", "", "", "no"],
  ]);
});

Deno.test("formatTable() draws lines of one width", () => {
  assertEquals(new Set(formatTable(RESULTS).split("\n").map((line) => line.length)).size, 1);
});

Deno.test("formatJson() has the facts, every value, and the verdicts", () => {
  const facts = { startedAt: "2026-01-01T00:00:00Z", processors: 2, deno: "2.9.6", rounds: 1, seconds: 1 };
  const { processors, rows } = JSON.parse(formatJson(facts, RESULTS));
  assertEquals(processors, 2);
  assertEquals(rows[0].figures.map(({ met }: { met: boolean | null }) => met), [null, true, false]);
  assert(rows[1].error.startsWith("the disk is full"));
});

Deno.test("countMissed() counts missed bars and rows that could not be measured", () => {
  assertEquals(countMissed(RESULTS), 2);
  assertEquals(countMissed([]), 0);
});
