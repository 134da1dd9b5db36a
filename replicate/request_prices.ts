/**
 * What requests to a bucket cost: Amazon's list prices for S3 Standard in us-east-1, without discounts and free tiers.
 *
 * Source: https://aws.amazon.com/s3/pricing/ , "Requests & data retrievals". Other providers and regions differ: an
 * estimate to compare days with, not a bill.
 *
 * @module
 */

/** The kinds of request that are told apart, named as Litestream's metrics name them. */
export type RequestOperation = "PUT" | "GET" | "HEAD" | "LIST" | "DELETE";

/** As of when the prices hold. */
export const PRICES_AS_OF = "2025-01";

/** US dollars for one request. */
const DOLLARS_PER_REQUEST: Readonly<Record<RequestOperation, number>> = {
  PUT: 0.005 / 1_000,
  LIST: 0.005 / 1_000,
  GET: 0.0004 / 1_000,
  HEAD: 0.0004 / 1_000,
  DELETE: 0,
};

/** What a month has for an estimate, in milliseconds: 30 days. */
const MONTH_MS = 30 * 86_400_000;

/** The estimate looks back so far, in milliseconds. */
const WINDOW_MS = 86_400_000;

/** A shorter time is taken for so long, in milliseconds: the requests of a start are not those of a month. */
const WINDOW_LEAST_MS = 3_600_000;

/** Time between two points of the window, in milliseconds. */
const STEP_MS = 600_000;

/**
 * Prices requests.
 *
 * @param operation Their kind.
 * @param count How many.
 * @returns US dollars.
 */
export function requestDollars(operation: RequestOperation, count: number): number {
  return DOLLARS_PER_REQUEST[operation] * count;
}

/** Projects the requests of the last day onto a month; those of the first hour as if nothing followed in that hour. */
export class CostEstimate {
  #dollars = 0;
  #points: { readonly atMs: number; readonly dollars: number }[];

  /** @param nowMs The present instant on a clock that never goes back, in milliseconds. */
  constructor(nowMs: number) {
    this.#points = [{ atMs: nowMs, dollars: 0 }];
  }

  /** Adds what was spent, in US dollars. */
  add(dollars: number): void {
    this.#dollars += dollars;
  }

  /**
   * Estimates.
   *
   * @param nowMs The present instant on the same clock, in milliseconds.
   * @returns US dollars in a month.
   */
  perMonth(nowMs: number): number {
    const last = this.#points.at(-1);
    if (last === undefined || nowMs - last.atMs >= STEP_MS) {
      this.#points.push({ atMs: nowMs, dollars: this.#dollars });
      const firstKept = this.#points.findLastIndex(({ atMs }) => nowMs - atMs >= WINDOW_MS);
      if (firstKept > 0) this.#points.splice(0, firstKept);
    }
    const { atMs, dollars } = this.#points[0] ?? { atMs: nowMs, dollars: this.#dollars };
    return (this.#dollars - dollars) * MONTH_MS / Math.max(WINDOW_LEAST_MS, nowMs - atMs);
  }
}
