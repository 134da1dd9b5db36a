/**
 * Positions: how far a replica, or a WAL, has come.
 *
 * @module
 */

import { type Generation, parseGeneration } from "./generation.ts";

/** The largest index of a WAL (Litestream v0.3); past it, a generation ends. */
export const INDEX_MAX = 0x7fff_ffff;

/** The last offset that eight hexadecimal digits can name: Litestream v0.3 does not see objects beyond it. */
export const OFFSET_MAX = 0xffff_ffff;

/**
 * How long a WAL may get at the most, in bytes: well below what {@linkcode OFFSET_MAX} can name, so that a new generation
 * begins in time.
 */
export const WAL_BYTES_MAX = 0xc000_0000;

/** A place in a generation: everything before it has been copied. */
export interface Position {
  /** The generation. */
  readonly generation: Generation;
  /** The ordinal of a WAL in the generation, from 0. */
  readonly index: number;
  /** Offset in that WAL, in bytes: 0, 32, or on the boundary of a frame. */
  readonly offset: number;
}

/**
 * Writes a position.
 *
 * @param position The position.
 * @returns The form `0123456789abcdef/00000001:4152`: index in hexadecimal, offset in decimal.
 */
export function formatPosition({ generation, index, offset }: Position): string {
  return `${generation}/${formatHex(index)}:${offset}`;
}

/**
 * Reads a position.
 *
 * @param text The form that {@linkcode formatPosition} writes.
 * @returns The position.
 * @throws {SyntaxError} When the text has another form.
 */
export function parsePosition(text: string): Position {
  const [, name = "", index = "", offset = ""] = /^([^/]+)\/([0-7][0-9a-f]{7}):(0|[1-9]\d{0,9})$/.exec(text) ?? [];
  const generation = parseGeneration(name);
  if (generation === null || Number(offset) > OFFSET_MAX) {
    throw new SyntaxError(
      `Cannot read a position as it must look like "0123456789abcdef/00000001:4152": current value is "${text}"`,
    );
  }
  return { generation, index: parseInt(index, 16), offset: Number(offset) };
}

/**
 * Orders two places of one generation.
 *
 * @param a One index and offset.
 * @param b Another.
 * @returns A negative number when `a` comes first, 0 when they are the same, else a positive one.
 */
export function comparePlaces(
  a: Pick<Position, "index" | "offset">,
  b: Pick<Position, "index" | "offset">,
): number {
  return a.index - b.index || a.offset - b.offset;
}

/**
 * Writes an index or offset as object names have it.
 *
 * @param value A whole number from 0.
 * @returns At least eight lower-case hexadecimal digits.
 */
export function formatHex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
