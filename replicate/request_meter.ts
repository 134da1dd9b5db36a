/**
 * Counting the requests to one replica.
 *
 * @module
 */

import type { RequestOperation } from "./request_prices.ts";
import type { RequestReport } from "./s3/s3_request.ts";
import type { RequestCount, StatusClass } from "./tally.ts";

const CLASSES = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"] as const satisfies readonly StatusClass[];

/** Adds requests up by kind and outcome. */
export class RequestMeter {
  readonly #onCount: () => void;
  #counts = new Map<string, { operation: RequestOperation; status: StatusClass; count: number; bytes: number }>();

  /** @param onCount Called after each request. */
  constructor(onCount: () => void) {
    this.#onCount = onCount;
  }

  /**
   * Counts a request.
   *
   * @param request What was tried.
   */
  count({ operation, status, sentBytes, receivedBytes }: Omit<RequestReport, "durationMs">): void {
    const bytes = operation === "GET" ? receivedBytes : sentBytes;
    const statusClass = CLASSES[Math.floor((status ?? 0) / 100)] ?? "none";
    const name = `${operation} ${statusClass}`;
    const counted = this.#counts.get(name) ?? { operation, status: statusClass, count: 0, bytes: 0 };
    counted.count++;
    counted.bytes += bytes;
    this.#counts.set(name, counted);
    this.#onCount();
  }

  /**
   * Gives what was counted since the last call, and begins anew.
   *
   * @param replica The replica's name.
   */
  take(replica: string): readonly RequestCount[] {
    const counts = [...this.#counts.values()].map((counted) => ({ replica, ...counted }));
    this.#counts = new Map();
    return counts;
  }
}
