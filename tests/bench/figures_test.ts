import { assertEquals, assertThrows } from "@std/assert";
import { figure, meetsBar, quantile } from "../../bench/figures.ts";

Deno.test("figure() has the least, the middle and the greatest value, in whatever order they came", () => {
  const { min, median, max, count } = figure([30, 10, 20], { name: "time", unit: "ms" });
  assertEquals([min, median, max, count], [10, 20, 30, 3]);
});

Deno.test("figure() takes the mean of the middle two when there are as many below as above", () => {
  assertEquals(figure([1, 2, 4, 8], { name: "x" }).median, 3);
});

Deno.test("figure() refuses to make something of nothing", () => {
  assertThrows(() => figure([], { name: "x" }), RangeError);
});

Deno.test("quantile() goes from the least to the greatest value", () => {
  const sorted = [0, 10, 20, 30, 40];
  assertEquals([0, 0.25, 0.5, 0.99, 1].map((share) => quantile(sorted, share)), [0, 10, 20, 39.6, 40]);
});

Deno.test("meetsBar() judges the median, and nothing where nothing was promised", () => {
  const verdicts = ([[">=", 5], [">=", 6], ["<=", 5], ["<=", 4]] as const).map(([is, value]) =>
    meetsBar(figure([0, 5, 100], { name: "x", bar: { is, value } }))
  );
  assertEquals(verdicts, [true, false, true, false]);
  assertEquals(meetsBar(figure([5], { name: "x" })), null);
});
