/**
 * Doing slow things ahead of their use, in order and within bounds.
 *
 * @module
 */

/** Bounds of {@linkcode Prefetch}. */
export interface PrefetchBounds<T> {
  /** How many fetches are under way at a time, at the most. */
  readonly parallelism: number;
  /** The sum of the sizes of what is under way, waits or is being used, at the most; what is larger is fetched alone. */
  readonly sizeMax: number;
  /** The size of an item's result. */
  readonly sizeOf: (item: T) => number;
}

/**
 * Results that are fetched ahead, several at a time, and come out in the order of their items.
 *
 * It begins at once, and always has as much under way as the bounds allow. A failure comes out in its place. Who does not
 * take all results disposes of it.
 */
export class Prefetch<T, R> implements AsyncIterable<R>, AsyncDisposable {
  readonly #items: Iterator<T>;
  readonly #bounds: PrefetchBounds<T>;
  readonly #fetch: (item: T, stop: AbortSignal) => Promise<R>;
  readonly #stopped = new AbortController();
  readonly #results: { readonly result: Promise<R>; readonly size: number }[] = [];
  #next: IteratorResult<T>;
  #underWay = 0;
  #size = 0;

  /**
   * @param items What to fetch.
   * @param bounds How much at a time.
   * @param fetch Fetches one; its signal fires when nobody wants the result any more.
   */
  constructor(items: Iterable<T>, bounds: PrefetchBounds<T>, fetch: (item: T, stop: AbortSignal) => Promise<R>) {
    this.#items = items[Symbol.iterator]();
    this.#bounds = bounds;
    this.#fetch = fetch;
    this.#next = this.#items.next();
    this.#fill();
  }

  /** Takes the results, once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R> {
    for (let first = this.#results[0]; first !== undefined; first = this.#results[0]) {
      yield await first.result;
      this.#results.shift();
      this.#size -= first.size;
      this.#fill();
    }
  }

  /** Stops what is under way, waits until it is, and drops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled(this.#results.map(({ result }) => result));
  }

  #fill(): void {
    const { parallelism, sizeMax, sizeOf } = this.#bounds;
    while (!this.#next.done && this.#underWay < parallelism && !this.#stopped.signal.aborted) {
      const item = this.#next.value;
      const size = sizeOf(item);
      if (this.#results.length > 0 && this.#size + size > sizeMax) return;
      this.#start(item, size);
      this.#next = this.#items.next();
    }
  }

  #start(item: T, size: number): void {
    this.#underWay++;
    this.#size += size;
    const result = this.#fetch(item, this.#stopped.signal);
    this.#results.push({ result, size });
    const end = (): void => {
      this.#underWay--;
      this.#fill();
    };
    result.then(end, end); // thrown where it is taken; until then it must not count as unhandled
  }
}
