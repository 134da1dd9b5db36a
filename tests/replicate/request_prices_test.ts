import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { CostEstimate, PRICES_AS_OF, requestDollars } from "../../replicate/request_prices.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

Deno.test("requestDollars() takes Amazon's list prices, and says of when they are", () => {
  assertAlmostEquals(requestDollars("PUT", 1_000), 0.005);
  assertAlmostEquals(requestDollars("LIST", 1_000), 0.005);
  assertAlmostEquals(requestDollars("GET", 1_000), 0.0004);
  assertEquals(requestDollars("DELETE", 1_000_000), 0);
  assertMatch(PRICES_AS_OF, /^\d{4}-\d{2}$/);
});

Deno.test("CostEstimate.perMonth() is nothing before anything was spent", () => {
  assertEquals(new CostEstimate(5).perMonth(5), 0);
});

Deno.test("CostEstimate.perMonth() counts what a start costs as the cost of an hour, not of an instant", () => {
  const cost = new CostEstimate(0);
  cost.add(0.01);
  assertAlmostEquals(cost.perMonth(1_000), 0.01 * 24 * 30);
});

Deno.test("CostEstimate.perMonth() is thirty times what the last day cost", () => {
  const cost = new CostEstimate(0);
  for (let ms = 0; ms < 3 * DAY_MS; ms += HOUR_MS / 6) {
    cost.add(0.001);
    const estimate = cost.perMonth(ms);
    if (ms > DAY_MS) assertAlmostEquals(estimate, 0.001 * 6 * 24 * 30, 0.01);
  }
  for (let ms = 3 * DAY_MS; ms <= 4 * DAY_MS + HOUR_MS; ms += HOUR_MS / 6) cost.perMonth(ms);
  assertEquals(cost.perMonth(4 * DAY_MS + HOUR_MS), 0, "a day without requests");
});
