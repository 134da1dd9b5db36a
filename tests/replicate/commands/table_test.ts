import { assertEquals } from "@std/assert";
import { cell, formatTable, timeCell } from "../../../replicate/commands/table.ts";

const COLUMNS = ["name", "size", "created"];
const ROWS = [
  { name: cell("s3"), size: cell(12345678), created: timeCell(Date.UTC(2026, 0, 2, 3, 4, 5, 678)) },
  { name: cell("a-long-name"), size: cell(1), created: timeCell(null) },
];

Deno.test("formatTable() makes columns as wide as their widest cell", () => {
  assertEquals(formatTable(COLUMNS, { rows: ROWS, format: "text" }), [
    "name         size      created",
    "s3           12345678  2026-01-02T03:04:05Z",
    "a-long-name  1         -",
  ]);
});

Deno.test("formatTable() prints a heading alone when there are no rows, and nothing for programs", () => {
  assertEquals(formatTable(COLUMNS, { rows: [], format: "text" }), ["name  size  created"]);
  assertEquals(formatTable(COLUMNS, { rows: [], format: "json" }), []);
});

Deno.test("formatTable() writes an object for each row when programs read it", () => {
  assertEquals(formatTable(COLUMNS, { rows: ROWS, format: "json" }).map((line) => JSON.parse(line)), [
    { name: "s3", size: 12345678, created: "2026-01-02T03:04:05.678Z" },
    { name: "a-long-name", size: 1, created: null },
  ]);
});
