import { prometheus } from "../../replicate/prometheus.ts";
import { assertMetricKinds } from "../support/metric_kinds.ts";

Deno.test("prometheus has each kind of metric that is used, and they write themselves down in one registry", async () => {
  await assertMetricKinds(prometheus);
});
