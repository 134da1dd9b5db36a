/**
 * The pages that a replay holds before they are written.
 *
 * @module
 */

/** Neighbouring pages are written together, up to this many bytes. */
const RUN_BYTES = 1_048_576;

/** Where to put bytes in a database file. */
export interface PageRun {
  /** Where they begin, in bytes. */
  readonly offset: number;
  /** The images of neighbouring pages. They are good until the next run is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * Images of pages in memory of a fixed size, of each page the last: those of committed transactions, and those of the
 * open one.
 */
export class PageWindow {
  readonly #pageBytes: number;
  readonly #images: Uint8Array<ArrayBuffer>;
  readonly #capacity: number;
  #used = 0;
  /** Slots whose image was overtaken by a later one of the same page. */
  readonly #free: number[] = [];
  readonly #committed = new Map<number, number>();
  readonly #open = new Map<number, number>();

  /**
   * @param pageBytes Size of a page in bytes.
   * @param sizeBytes How much is held at the most, in bytes. What is never used takes no memory.
   */
  constructor(pageBytes: number, sizeBytes: number) {
    this.#pageBytes = pageBytes;
    this.#capacity = Math.floor(sizeBytes / pageBytes);
    this.#images = new Uint8Array(this.#capacity * pageBytes);
  }

  /** How many more pages it takes. */
  get room(): number {
    return this.#capacity - this.#used + this.#free.length;
  }

  /** Whether it holds pages of a transaction that has no commit yet. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /**
   * Takes a page of the open transaction.
   *
   * @param pageNumber Which, from 1.
   * @param image Its bytes; copied.
   * @throws {RangeError} When there is no room.
   */
  add(pageNumber: number, image: Uint8Array): void {
    const slot = this.#open.get(pageNumber) ?? this.#takeSlot();
    this.#open.set(pageNumber, slot);
    this.#images.set(image, slot * this.#pageBytes);
  }

  /** Makes the open transaction's pages count. */
  commit(): void {
    for (const [pageNumber, slot] of this.#open) {
      const overtaken = this.#committed.get(pageNumber);
      if (overtaken !== undefined) this.#free.push(overtaken);
      this.#committed.set(pageNumber, slot);
    }
    this.#open.clear();
  }

  /** Forgets the open transaction's pages. */
  rollBack(): void {
    this.#free.push(...this.#open.values());
    this.#open.clear();
  }

  /**
   * Begins anew with the open transaction of another window, which keeps what it has.
   *
   * @param from The other window, of the same shape.
   */
  continue(from: PageWindow): void {
    this.#used = 0;
    this.#free.length = 0;
    this.#committed.clear();
    this.#open.clear();
    for (const [pageNumber, slot] of from.#open) this.add(pageNumber, from.#imagesAt(slot, 1));
  }

  /** The committed pages in the order of their numbers, neighbours together. */
  *runs(): Generator<PageRun> {
    const pageNumbers = Uint32Array.from(this.#committed.keys()).sort();
    const slots = pageNumbers.map((pageNumber) => this.#committed.get(pageNumber) ?? 0);
    const pagesMax = Math.max(1, Math.floor(RUN_BYTES / this.#pageBytes));
    let joined: Uint8Array | null = null;
    for (let start = 0, end = 0; start < pageNumbers.length; start = end) {
      const [first = 0, firstSlot = 0] = [pageNumbers[start], slots[start]];
      let areTogether = true;
      for (end = start + 1; end - start < pagesMax && pageNumbers[end] === first + end - start; end++) {
        areTogether &&= slots[end] === firstSlot + end - start;
      }
      const bytes = areTogether
        ? this.#imagesAt(firstSlot, end - start)
        : this.#join(slots.subarray(start, end), joined ??= new Uint8Array(pagesMax * this.#pageBytes));
      yield { offset: (first - 1) * this.#pageBytes, bytes };
    }
  }

  #takeSlot(): number {
    // First those that were never used: neighbours among pages then mostly are neighbours here.
    const slot = this.#used < this.#capacity ? this.#used++ : this.#free.pop();
    if (slot === undefined) throw new RangeError("Cannot take a page as the window is full");
    return slot;
  }

  #imagesAt(slot: number, count: number): Uint8Array {
    return this.#images.subarray(slot * this.#pageBytes, (slot + count) * this.#pageBytes);
  }

  #join(slots: Uint32Array, room: Uint8Array): Uint8Array {
    for (const [at, slot] of slots.entries()) room.set(this.#imagesAt(slot, 1), at * this.#pageBytes);
    return room.subarray(0, slots.length * this.#pageBytes);
  }
}
