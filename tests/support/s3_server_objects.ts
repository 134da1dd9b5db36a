/**
 * The objects of the S3-speaking server, in memory.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** One object. */
export interface StoredObject {
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its ETag, without quotes. */
  readonly etag: string;
  /** When it was written, in milliseconds since 1970. */
  readonly modifiedAtMs: number;
}

/** A bucket's objects, open to the tests. */
export class S3Objects {
  readonly #objects = new Map<string, StoredObject>();
  readonly #now: () => number;

  /** @param now The server's time. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#objects.size;
  }

  /** All keys in ascending order of their UTF-8 bytes, as S3 lists them. */
  keys(): string[] {
    const encoder = new TextEncoder();
    return [...this.#objects.keys()].map((key) => ({ key, bytes: encoder.encode(key) }))
      .sort((one, other) => compareBytes(one.bytes, other.bytes)).map(({ key }) => key);
  }

  /** An object; `undefined` when there is none. */
  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** Writes an object, whatever was there. */
  put(key: string, bytes: Uint8Array, etag: string = md5Hex(bytes)): StoredObject {
    const object = { bytes: new Uint8Array(bytes), etag, modifiedAtMs: this.#now() };
    this.#objects.set(key, object);
    return object;
  }

  /**
   * Changes an object's content, as a rotten disk would: its time stays.
   *
   * @throws {Error} When there is no such object.
   */
  mutate(key: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): void {
    const object = this.#objects.get(key);
    if (object === undefined) throw new Error(`There is no object "${key}"`);
    const bytes = change(new Uint8Array(object.bytes));
    this.#objects.set(key, { ...object, bytes, etag: md5Hex(bytes) });
  }

  /** Deletes an object; tells whether there was one. */
  delete(key: string): boolean {
    return this.#objects.delete(key);
  }
}

/**
 * A digest as S3 uses it for ETags.
 *
 * @param bytes The content.
 * @returns 32 hex digits.
 */
export function md5Hex(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const common = Math.min(one.length, other.length);
  for (let index = 0; index < common; index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
