/**
 * What is wrong with an LZ4 frame.
 *
 * @module
 */

/** Bytes that are no valid LZ4 frame: damaged, cut short, or something else altogether. */
export class Lz4FrameError extends Error {
  override readonly name = "Lz4FrameError";
}
