/**
 * Doing slow things ahead of their use, in order and within bounds.
 *
 * @module
 */

/** Bounds of {@linkcode prefetch}. */
export interface PrefetchBounds<T> {
  /** How many results are under way or wait to be used, at the most. */
  readonly parallelism: number;
  /** The sum of their sizes, at the most; one that is larger alone is still fetched, alone. */
  readonly sizeMax: number;
  /** The size of an item's result. */
  readonly sizeOf: (item: T) => number;
}

/**
 * Maps items to results that are fetched ahead, several at a time, and come out in the items' order.
 *
 * @param items What to fetch.
 * @param bounds How much at a time.
 * @param fetch Fetches one; its signal fires when nobody wants the result any more.
 * @returns The results, in order. A failure comes out in its place; what is fetched behind it is stopped and dropped
 * before the failure comes out.
 */
export async function* prefetch<T, R>(
  items: Iterable<T>,
  { parallelism, sizeMax, sizeOf }: PrefetchBounds<T>,
  fetch: (item: T, stop: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: { readonly result: Promise<R>; readonly size: number }[] = [];
  let size = 0;
  const takeFirst = async (): Promise<R> => {
    const first = underWay[0];
    if (first === undefined) throw new RangeError("Nothing is under way");
    const result = await first.result;
    underWay.shift();
    size -= first.size;
    return result;
  };
  const stop = new AbortController();
  try {
    for (const item of items) {
      const itemSize = sizeOf(item);
      while (underWay.length >= parallelism || underWay.length > 0 && size + itemSize > sizeMax) {
        yield await takeFirst();
      }
      const result = fetch(item, stop.signal);
      result.catch(() => undefined); // thrown where it is taken; until then it must not count as unhandled
      underWay.push({ result, size: itemSize });
      size += itemSize;
    }
    while (underWay.length > 0) yield await takeFirst();
  } finally {
    stop.abort();
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}
