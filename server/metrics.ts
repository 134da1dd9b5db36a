/**
 * The service in figures, for Prometheus.
 *
 * @module
 */

import type { PasteStore } from "./paste_store.ts";
import { prometheus } from "./prometheus.ts";

/** What a request is for, as far as metrics tell. */
export type RouteLabel = "create" | "read" | "page" | "health" | "other";

/** The pages and files that are no pastes. */
const FIXED_PATHS: ReadonlyMap<string, RouteLabel> = new Map([
  ["/", "page"],
  ["/robots.txt", "page"],
  ["/healthz", "health"],
  ["/readyz", "health"],
]);

/** Upper bounds of the buckets of durations, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts requests and pastes. Each route's counters are bound once: a request costs well below a microsecond. */
export class ServiceMetrics {
  readonly #registry = new prometheus.Registry();
  readonly #requests = new prometheus.Counter({
    name: "pastestream_http_requests_total",
    help: "Answered requests",
    labelNames: ["route", "status"],
    registers: [this.#registry],
  });
  readonly #durations = new prometheus.Histogram({
    name: "pastestream_http_request_duration_seconds",
    help: "From a request's arrival to the beginning of its answer",
    labelNames: ["route"],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #bound = new Map<string, { readonly count: () => void; readonly observe: (seconds: number) => void }>();
  #pastes = 0;
  #pasteBytes = 0;

  /** @param residentBytes Tells how much memory the process has, in bytes. */
  constructor(residentBytes: () => number) {
    const registers = [this.#registry];
    const pastes = (): number => this.#pastes;
    const pasteBytes = (): number => this.#pasteBytes;
    new prometheus.Counter({
      name: "pastestream_pastes_total",
      help: "Pastes that were stored",
      registers,
      collect(): void {
        this.reset();
        this.inc(pastes());
      },
    });
    new prometheus.Counter({
      name: "pastestream_paste_bytes_total",
      help: "Bytes of the pastes that were stored",
      registers,
      collect(): void {
        this.reset();
        this.inc(pasteBytes());
      },
    });
    new prometheus.Gauge({
      name: "process_resident_memory_bytes",
      help: "Resident memory size in bytes",
      registers,
      collect(): void {
        this.set(residentBytes());
      },
    });
  }

  /**
   * Counts an answer.
   *
   * @param request What was asked.
   * @param answer The status, and how long it took in milliseconds.
   */
  count(request: Request, { status, ms }: { readonly status: number; readonly ms: number }): void {
    const route = routeOf(request);
    const name = `${route}${status}`;
    let bound = this.#bound.get(name);
    if (bound === undefined) {
      const requests = this.#requests.labels(route, String(status));
      const durations = this.#durations.labels(route);
      bound = { count: () => requests.inc(), observe: (seconds) => durations.observe(seconds) };
      this.#bound.set(name, bound);
    }
    bound.count();
    bound.observe(ms / 1_000);
  }

  /**
   * Has a store's pastes counted.
   *
   * @param store Where pastes are kept.
   * @returns The same, counting.
   */
  counting(store: PasteStore): PasteStore {
    return {
      get: (id) => store.get(id),
      take: (id) => store.take(id),
      delete: (id, token) => store.delete(id, token),
      put: async (paste) => {
        const receipt = await store.put(paste);
        this.#pastes++;
        this.#pasteBytes += paste.bytes.byteLength;
        return receipt;
      },
    };
  }

  /**
   * Writes everything down.
   *
   * @returns Prometheus' text format.
   */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/**
 * Tells what a request is for.
 *
 * @param request The request.
 * @returns Its label.
 */
export function routeOf({ method, url }: Pick<Request, "method" | "url">): RouteLabel {
  if (method === "PUT" || method === "POST") return "create";
  if (method !== "GET" && method !== "HEAD") return "other";
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const query = url.indexOf("?", start);
  const path = query === -1 ? url.slice(start) : url.slice(start, query);
  return FIXED_PATHS.get(path) ?? "read";
}
