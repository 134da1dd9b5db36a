/**
 * Metrics of every kind, for the two halves that each have a door to `prom-client`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type * as PromClient from "prom-client";

/**
 * Says that metrics of each kind can be made, and write themselves down in one registry.
 *
 * @param kinds The kinds, as one of the halves has them.
 */
export async function assertMetricKinds(
  kinds: Pick<typeof PromClient, "Counter" | "Gauge" | "Histogram" | "Registry">,
): Promise<void> {
  const registry = new kinds.Registry();
  const options = { help: "h", registers: [registry] };
  new kinds.Counter({ name: "a_total", ...options }).inc(2);
  new kinds.Gauge({ name: "b", ...options }).set(3);
  new kinds.Histogram({ name: "c", buckets: [1], ...options }).observe(0.5);
  const lines = (await registry.metrics()).split("\n").filter((line) => /^[abc]/.test(line));
  assertEquals(lines, ["a_total 2", "b 3", 'c_bucket{le="1"} 1', 'c_bucket{le="+Inf"} 1', "c_sum 0.5", "c_count 1"]);
}
