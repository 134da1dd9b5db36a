/**
 * A cache that is bounded by bytes and forgets what was not used for longest.
 *
 * @module
 */

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** Values by key, within a budget of bytes. */
export class LruCache<Value> {
  readonly #capacityBytes: number;
  /** A `Map` keeps the order of insertion: the first is the one that was not used for longest. */
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  /**
   * Makes an empty cache.
   *
   * @param capacityBytes Its budget; 0 for a cache that keeps nothing.
   */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** How much of the budget is used, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Looks a value up, which counts as using it.
   *
   * @param key Its key.
   * @returns The value; `undefined` when it is not here.
   */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /**
   * Keeps a value, in the place of an older one, as long as there is room. One that alone is larger than the budget
   * is not kept.
   *
   * @param key Its key.
   * @param value The value.
   * @param bytes What it counts for.
   */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    if (bytes > this.#capacityBytes) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#capacityBytes) break;
      this.delete(oldest);
    }
  }

  /**
   * Forgets a value.
   *
   * @param key Its key; nothing happens when it is not here.
   */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
