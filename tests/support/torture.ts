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
