/**
 * Contestants that take turns, A B A B, so that whatever else the machine does meets all alike.
 *
 * @module
 */

import { type Figure, figure, type FigureOptions } from "./figures.ts";
import type { Setting } from "./setting.ts";
import { type Load, type LoadResult, runLoad } from "./wrk.ts";

/** One who takes turns. */
export interface Contestant {
  /** What it is called in the table. */
  readonly name: string;
  /** What it is sent. */
  readonly load: Omit<Load, "seconds">;
}

/** The results of a contest, in the contestants' order. */
export type Results = readonly { readonly name: string; readonly turns: readonly LoadResult[] }[];

/** A turn that is not counted: compiled code, filled caches, open connections. */
const WARM_UP_SECONDS = 1;

/**
 * Has the contestants take turns.
 *
 * @param setting How many turns, and how long.
 * @param contestants Who.
 * @returns What each has reached.
 */
export async function takeTurns({ rounds, seconds }: Setting, contestants: readonly Contestant[]): Promise<Results> {
  const results = contestants.map(({ name }) => ({ name, turns: [] as LoadResult[] }));
  for (const { load } of contestants) await runLoad({ ...load, seconds: WARM_UP_SECONDS });
  for (let round = 0; round < rounds; round++) {
    for (const [index, { load }] of contestants.entries()) {
      results[index]?.turns.push(await runLoad({ ...load, seconds }));
    }
  }
  return results;
}

/**
 * The rate of each, and the first one's ratio to each other, turn by turn.
 *
 * @param results What they have reached.
 * @param bars What is promised: of the first one's rate, and of its ratio to the second.
 * @returns The figures.
 */
export function contestFigures(
  results: Results,
  bars: { readonly rate?: FigureOptions["bar"]; readonly ratio?: FigureOptions["bar"] } = {},
): Figure[] {
  const [first, ...others] = results;
  if (first === undefined) return [];
  const rates = results.map(({ name, turns }, index) =>
    figure(turns.map(({ perSecond }) => perSecond), { name, unit: "/s", bar: index === 0 ? bars.rate : undefined })
  );
  const ratios = others.map(({ name, turns }, index) => {
    const values = turns.map(({ perSecond }, turn) => (first.turns[turn]?.perSecond ?? 0) / perSecond);
    return figure(values, { name: `${first.name} ÷ ${name}`, bar: index === 0 ? bars.ratio : undefined });
  });
  return [...rates, ...ratios];
}
