/**
 * The checksum that links the frames of a WAL (SQLite's file format document, §4.2).
 *
 * @module
 */

/** In which order the checksum reads the bytes of each 32-bit word; the WAL's magic number says which. */
export type ByteOrder = "little-endian" | "big-endian";

/** A pair of unsigned 32-bit sums. Each frame's sums continue those of the frame before it. */
export interface Checksum {
  /** The first sum. */
  readonly s0: number;
  /** The second sum. */
  readonly s1: number;
}

/** What a WAL header's own checksum starts from. */
export const CHECKSUM_SEED: Checksum = { s0: 0, s1: 0 };

const hostIsLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Reads bytes as the words that the checksum adds up.
 *
 * @param bytes The bytes; a tail of fewer than 4 is left out.
 * @param byteOrder How the WAL orders the bytes of a word.
 * @returns The words: a view of the same memory where the machine allows it, else a copy.
 */
export function checksumWords(bytes: Uint8Array, byteOrder: ByteOrder): Uint32Array {
  const wordCount = bytes.byteLength >>> 2;
  const sameOrder = (byteOrder === "little-endian") === hostIsLittleEndian;
  if (sameOrder && bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, wordCount);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Uint32Array(wordCount);
  for (let i = 0; i < wordCount; i++) words[i] = view.getUint32(i * 4, byteOrder === "little-endian");
  return words;
}

/**
 * Continues a checksum over a range of words.
 *
 * @param from The sums so far.
 * @param words The words, as {@linkcode checksumWords} reads them.
 * @param start The first word.
 * @param end One past the last word; `end - start` is even.
 * @returns The new sums.
 */
export function continueChecksum(from: Checksum, words: Uint32Array, start: number, end: number): Checksum {
  let s0 = from.s0 | 0;
  let s1 = from.s1 | 0;
  for (let i = start; i < end; i += 2) {
    s0 = (s0 + (words[i] ?? 0) + s1) | 0;
    s1 = (s1 + (words[i + 1] ?? 0) + s0) | 0;
  }
  return { s0: s0 >>> 0, s1: s1 >>> 0 };
}

/**
 * Compares two checksums.
 *
 * @param a One pair of sums.
 * @param b Another.
 * @returns Whether both sums are the same.
 */
export function checksumsEqual(a: Checksum, b: Checksum): boolean {
  return a.s0 === b.s0 && a.s1 === b.s1;
}
