/**
 * Work that must not overlap.
 *
 * @module
 */

/** Runs operations one after the other, in the order in which they were asked for. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs an operation once all before it have ended, well or not.
   *
   * @param operation What to do alone.
   * @returns What it returns.
   */
  run<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#last.then(operation);
    this.#last = result.then(() => undefined, () => undefined); // its own caller hears of the failure
    return result;
  }
}
