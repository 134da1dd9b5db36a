import { assert, assertEquals, assertThrows } from "@std/assert";
import { chooseRows, ROWS } from "../../bench/rows.ts";
import { readProjectFile } from "../support/project_file.ts";

const rows = ["put-1k-log", "put-1k-noise", "put-1m-log", "get-1k"].map((name) => ({ name }));
const namesOf = (chosen: readonly { name: string }[]) => chosen.map(({ name }) => name);

Deno.test("chooseRows() takes all rows without a name, and every row that begins with one", () => {
  assertEquals(chooseRows(rows, []), rows);
  assertEquals(namesOf(chooseRows(rows, ["put-1k"])), ["put-1k-log", "put-1k-noise"]);
  assertEquals(namesOf(chooseRows(rows, ["get-1k", "put-1m-log"])), ["put-1m-log", "get-1k"]);
});

Deno.test("chooseRows() names the rows that there are when it does not know one", () => {
  assertThrows(() => chooseRows(rows, ["get-1k", "patch"]), Error, `Cannot find the row "patch": there are put-1k-log`);
});

Deno.test("the rows have names of their own, and the benchmarks' README has them all", () => {
  const names = namesOf(ROWS);
  assertEquals(new Set(names).size, names.length);
  const patterns = [...readProjectFile("bench/README.md").matchAll(/`([a-z0-9…-]+)`/g)]
    .map(([, pattern = ""]) => new RegExp(`^${pattern.replace("…", "[a-z0-9]+")}$`));
  for (const name of names) assert(patterns.some((pattern) => pattern.test(name)), `${name} is not in bench/README.md`);
});
