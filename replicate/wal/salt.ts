/**
 * The salts that tell the frames of one WAL from the leftovers of an earlier one.
 *
 * @module
 */

/** A pair of unsigned 32-bit numbers. On a WAL restart SQLite adds 1 to the first and draws the second anew. */
export interface Salt {
  /** Counts restarts, from a random start. */
  readonly salt1: number;
  /** Random for each restart. */
  readonly salt2: number;
}

/**
 * Compares two salts.
 *
 * @param a One pair.
 * @param b Another.
 * @returns Whether both numbers are the same.
 */
export function saltsEqual(a: Salt, b: Salt): boolean {
  return a.salt1 === b.salt1 && a.salt2 === b.salt2;
}

/**
 * Tells whether a WAL with one salt was restarted exactly once to give another.
 *
 * @param before The salt before.
 * @param after The salt after.
 * @returns Whether `after` is the direct successor of `before`.
 */
export function saltFollows(before: Salt, after: Salt): boolean {
  return after.salt1 === ((before.salt1 + 1) >>> 0);
}
