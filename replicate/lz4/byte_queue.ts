/**
 * Bytes that arrive in pieces and are taken in others.
 *
 * @module
 */

/** Takes exact runs of bytes from a stream of chunks. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #chunks: Uint8Array[] = [];
  #buffered = 0;

  /** @param chunks The stream; {@linkcode ByteQueue.close} ends it early. */
  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /**
   * Takes bytes off the front.
   *
   * @param count How many.
   * @returns That many bytes, or fewer when the stream ends before.
   */
  async take(count: number): Promise<Uint8Array> {
    await this.#fill(count);
    const first = this.#chunks[0];
    if (first !== undefined && first.byteLength >= count) {
      this.#chunks[0] = first.subarray(count);
      this.#buffered -= count;
      return first.subarray(0, count);
    }
    return this.#join(Math.min(count, this.#buffered));
  }

  /**
   * Looks at the front without taking it.
   *
   * @param count How many bytes.
   * @returns That many bytes, or fewer when the stream ends before.
   */
  async peek(count: number): Promise<Uint8Array> {
    const bytes = await this.take(count);
    this.#chunks.unshift(bytes);
    this.#buffered += bytes.byteLength;
    return bytes;
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #fill(count: number): Promise<void> {
    while (this.#buffered < count) {
      const next = await this.#source.next();
      if (next.done) return;
      if (next.value.byteLength === 0) continue;
      this.#chunks.push(next.value);
      this.#buffered += next.value.byteLength;
    }
  }

  #join(count: number): Uint8Array {
    const joined = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const chunk = this.#chunks.shift() ?? new Uint8Array();
      const part = chunk.subarray(0, count - filled);
      joined.set(part, filled);
      filled += part.byteLength;
      if (part.byteLength < chunk.byteLength) this.#chunks.unshift(chunk.subarray(part.byteLength));
    }
    this.#buffered -= count;
    return joined;
  }
}
