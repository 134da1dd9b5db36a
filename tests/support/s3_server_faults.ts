/**
 * What can go wrong between a client and the S3-speaking server, chosen by seeded chance or by a script.
 *
 * @module
 */

/** One thing that goes wrong with one request. */
export type Fault =
  /** The connection is closed before anything was done. */
  | "drop-before"
  /** The request is carried out, then the connection is closed. */
  | "drop-after"
  /** The request is carried out, then answered with a 500. */
  | "error-500-after"
  | "error-500"
  | "error-503"
  /** Half of the reply's body is sent, then the connection is closed. */
  | "truncate-body"
  /** Nothing is done and nothing is answered; the connection stays open. */
  | "hang"
  /** The reply's headers and half of its body are sent, and no more; the connection stays open. */
  | "stall-body";

/** How often things go wrong: rates from 0 to 1. */
export interface FaultRates {
  /** Connection closed before anything was done. */
  readonly dropBefore: number;
  /** Carried out, but the client does not learn it: the connection is closed, or a 500 is sent. */
  readonly lostReply: number;
  /** Refused with 503 SlowDown. */
  readonly error503: number;
  /** Refused with 500 InternalError. */
  readonly error500: number;
  /** A reply's body that ends too early. */
  readonly truncateBody: number;
  /** How long each reply is held back, in milliseconds. */
  readonly delayMs: number;
}

/** Nothing goes wrong. */
export const NO_FAULTS: FaultRates = {
  dropBefore: 0,
  lostReply: 0,
  error503: 0,
  error500: 0,
  truncateBody: 0,
  delayMs: 0,
};

/**
 * Chooses what goes wrong with one request.
 *
 * @param rates How often what goes wrong.
 * @param random Chance.
 * @returns The fault; `null` for none.
 */
export function chooseFault(rates: FaultRates, random: () => number): Fault | null {
  const table: readonly (readonly [number, Fault])[] = [
    [rates.dropBefore, "drop-before"],
    [rates.lostReply / 2, "drop-after"],
    [rates.lostReply / 2, "error-500-after"],
    [rates.error503, "error-503"],
    [rates.error500, "error-500"],
    [rates.truncateBody, "truncate-body"],
  ];
  let point = random();
  for (const [rate, fault] of table) {
    if (point < rate) return fault;
    point -= rate;
  }
  return null;
}
