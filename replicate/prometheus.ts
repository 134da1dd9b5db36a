/**
 * What is used of `prom-client`, part by part: as a whole it loads the support for clusters too, nine megabytes of memory.
 *
 * @module
 */

import type * as PromClient from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";

/** Prometheus' kinds of metrics, and what writes them down. */
export const prometheus: Pick<typeof PromClient, "Counter" | "Gauge" | "Histogram" | "Registry"> = {
  Counter,
  Gauge,
  Histogram,
  Registry,
};
