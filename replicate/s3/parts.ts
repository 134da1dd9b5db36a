/**
 * Cutting a stream into the parts of a multipart upload.
 *
 * @module
 */

import { release } from "../release.ts";

/** The smallest part that we cut, in bytes; S3 demands 5 MiB for all parts but the last. */
export const MIN_PART_BYTES: number = 8 * 1024 * 1024;
/** Parts are whole mebibytes. */
const MEBIBYTE = 1024 * 1024;

/**
 * Chooses the size of the parts. All are of one size, the last excepted: Cloudflare R2 demands it.
 *
 * @param sizeBoundBytes At least as many bytes as the stream will have.
 * @param partsMax As many parts as the provider takes.
 * @returns The size in bytes, such that so many suffice.
 */
export function partBytesFor(sizeBoundBytes: number, partsMax: number): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(sizeBoundBytes / partsMax / MEBIBYTE) * MEBIBYTE);
}

/**
 * Cuts a stream.
 *
 * @param chunks The bytes, in pieces of any size.
 * @param partBytes The size of a part.
 * @returns Parts of exactly this size and a last one that is not larger; a single empty one for an empty stream.
 */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  partBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let part = new Uint8Array(0);
  let length = 0;
  let any = false;
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.byteLength > 0;) {
      // A part is only sent when a byte follows it, so that no empty one ends the stream.
      if (length === partBytes) {
        yield part;
        [part, length, any] = [new Uint8Array(partBytes), 0, true];
      }
      const piece = rest.subarray(0, partBytes - length);
      part = grown(part, length, length + piece.byteLength, partBytes);
      part.set(piece, length);
      length += piece.byteLength;
      rest = rest.subarray(piece.byteLength);
    }
  }
  if (length > 0 || !any) yield part.subarray(0, length);
}

/** Doubles, so that a short stream costs little memory. */
function grown(part: Uint8Array<ArrayBuffer>, used: number, wanted: number, limit: number): Uint8Array<ArrayBuffer> {
  if (wanted <= part.byteLength) return part;
  const larger = new Uint8Array(Math.min(limit, Math.max(wanted, part.byteLength * 2)));
  larger.set(part.subarray(0, used));
  release(part);
  return larger;
}
