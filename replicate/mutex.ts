/**
 * Work that must not overlap.
 *
 * @module
 */

/** Runs operations one after the other, in the order in which they were asked for. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  /** Whether an operation that is asked for now runs at once. */
  get isFree(): boolean {
    return this.#asked === 0;
  }

  /**
   * Runs an operation once all before it have ended, well or not.
   *
   * @param operation What to do alone.
   * @returns What it returns.
   */
  run<T>(operation: () => Promise<T>): Promise<T> {
    this.#asked++;
    const result = this.#last.then(operation);
    const end = (): void => void this.#asked--;
    this.#last = result.then(end, end); // its own caller hears of the failure
    return result;
  }
}
