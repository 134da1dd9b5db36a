/**
 * Equal things, known by one number.
 *
 * @module
 */

/** Something that is known. */
export interface Registered<T> {
  /** The number that it shares with all its equals, from 0. */
  readonly number: number;
  /** What tells it from others. */
  readonly text: string;
  /** The thing itself: the first of its equals. */
  readonly value: T;
}

/** Gives equal things one number. */
export class Register<T> {
  readonly #known = new Map<string, Registered<T>>();

  /** How many things differ. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * Knows a thing.
   *
   * @param text What tells it from others.
   * @param value The thing.
   * @returns What is known by this text.
   */
  know(text: string, value: T): Registered<T> {
    const known = this.#known.get(text) ?? { number: this.#known.size, text, value };
    this.#known.set(text, known);
    return known;
  }
}
