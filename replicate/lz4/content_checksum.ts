/**
 * xxHash-32, the checksum of LZ4 frames.
 *
 * @module
 */

import loadXxhash from "xxhash-wasm";

const xxhash = await loadXxhash();

/** A running xxHash-32 with seed 0. */
export interface ContentChecksum {
  /** Adds bytes. */
  update(bytes: Uint8Array): void;
  /** The sum of all bytes so far, an unsigned 32-bit number. */
  digest(): number;
}

/** Begins a checksum over a stream of bytes. */
export function startContentChecksum(): ContentChecksum {
  const state = xxhash.create32(0);
  return {
    update: (bytes) => void state.update(bytes),
    digest: () => state.digest() >>> 0,
  };
}

/**
 * Computes xxHash-32 with seed 0.
 *
 * @param bytes What to add up.
 * @returns An unsigned 32-bit number.
 */
export function xxh32(bytes: Uint8Array): number {
  return xxhash.h32Raw(bytes, 0) >>> 0;
}
