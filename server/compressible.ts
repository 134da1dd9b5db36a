/**
 * Telling from samples whether compressing is worth its while.
 *
 * @module
 */

import { zstdCompressSync } from "node:zlib";

/** How much is looked at: so many samples of so many bytes, evenly spread. */
const SAMPLES = 4;
const SAMPLE_BYTES = 4096;

/** Samples that save less than a sixteenth promise nothing. */
const PROMISING = 15 / 16;

/**
 * Tells whether bytes seem to compress. What is compressed already, and noise, does not: it need not go to a thread,
 * whose compressor would take a multiple of its size in memory.
 *
 * @param bytes Any bytes.
 * @returns Whether to try; always when there are few.
 */
export function seemsCompressible(bytes: Uint8Array): boolean {
  if (bytes.byteLength <= SAMPLES * SAMPLE_BYTES) return true;
  const step = Math.floor((bytes.byteLength - SAMPLE_BYTES) / (SAMPLES - 1));
  const sample = new Uint8Array(SAMPLES * SAMPLE_BYTES);
  for (let i = 0; i < SAMPLES; i++) {
    sample.set(bytes.subarray(i * step, i * step + SAMPLE_BYTES), i * SAMPLE_BYTES);
  }
  return zstdCompressSync(sample).byteLength < sample.byteLength * PROMISING;
}
