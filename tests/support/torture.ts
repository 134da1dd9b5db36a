/**
 * How hard the simulations try: short with every test run, long on demand (`deno task torture`).
 *
 * @module
 */

/** Whether this is a long run. */
export const IS_TORTURE: boolean = Deno.env.get("TORTURE") === "y";

/**
 * Chooses by how hard this run tries.
 *
 * @param times What a short run takes, and what a long one does.
 * @returns One of the two.
 */
export function effort<T>({ short, long }: { readonly short: T; readonly long: T }): T {
  return IS_TORTURE ? long : short;
}

/**
 * How many rounds a torture has: `TORTURE_ROUNDS`, else by how hard this run tries.
 *
 * @param short How many a short run has.
 * @returns The number of rounds.
 * @throws {RangeError} When `TORTURE_ROUNDS` is no number of rounds.
 */
export function tortureRounds(short: number): number {
  const given = Deno.env.get("TORTURE_ROUNDS");
  if (given === undefined) return effort({ short, long: 300 });
  const rounds = Number(given);
  if (Number.isSafeInteger(rounds) && rounds > 0) return rounds;
  throw new RangeError(`Cannot read TORTURE_ROUNDS as it must be a whole number above 0: current value is "${given}"`);
}
