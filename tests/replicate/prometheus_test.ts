import { assertEquals } from "@std/assert";
import { prometheus } from "../../replicate/prometheus.ts";

Deno.test("prometheus has each kind of metric that is used, and they write themselves down in one registry", async () => {
  const registry = new prometheus.Registry();
  const options = { help: "h", registers: [registry] };
  new prometheus.Counter({ name: "a_total", ...options }).inc(2);
  new prometheus.Gauge({ name: "b", ...options }).set(3);
  new prometheus.Histogram({ name: "c", buckets: [1], ...options }).observe(0.5);
  const lines = (await registry.metrics()).split("\n").filter((line) => /^[abc]/.test(line));
  assertEquals(lines, ["a_total 2", "b 3", 'c_bucket{le="1"} 1', 'c_bucket{le="+Inf"} 1', "c_sum 0.5", "c_count 1"]);
});
