/**
 * Figures, and the bars that they are held against.
 *
 * @module
 */

/** What a figure should be. */
export interface Bar {
  /** At least or at most. */
  readonly is: ">=" | "<=";
  /** This, in the figure's unit. */
  readonly value: number;
}

/** One thing measured, several times. */
export interface Figure {
  /** What it is. */
  readonly name: string;
  /** Its unit; empty for a ratio. */
  readonly unit: string;
  /** The least of all values. */
  readonly min: number;
  /** The middle one: the one that is judged. */
  readonly median: number;
  /** The greatest. */
  readonly max: number;
  /** How many values there were. */
  readonly count: number;
  /** What it should be; null when nothing was promised. */
  readonly bar: Bar | null;
}

/** What a figure is called and held against. */
export interface FigureOptions {
  /** What it is. */
  readonly name: string;
  /** Its unit. Default: none, a ratio. */
  readonly unit?: string;
  /** What it should be. Default: nothing was promised. */
  readonly bar?: Bar | undefined;
}

/**
 * Makes a figure of values.
 *
 * @param values At least one.
 * @param options What they are.
 * @returns The figure.
 * @throws {RangeError} When there is no value.
 */
export function figure(values: readonly number[], { name, unit = "", bar }: FigureOptions): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    name,
    unit,
    min: quantile(sorted, 0),
    median: quantile(sorted, 0.5),
    max: quantile(sorted, 1),
    count: sorted.length,
    bar: bar ?? null,
  };
}

/**
 * The value below which a share of the values lies.
 *
 * @param sorted The values, in ascending order.
 * @param share From 0 to 1.
 * @returns The value; between two of them, in proportion.
 * @throws {RangeError} When there is no value.
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError("Cannot take a quantile of no values");
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * Judges a figure by its median.
 *
 * @param figure The figure.
 * @returns Whether it meets its bar; null when it has none.
 */
export function meetsBar({ median, bar }: Figure): boolean | null {
  if (bar === null) return null;
  return bar.is === ">=" ? median >= bar.value : median <= bar.value;
}
