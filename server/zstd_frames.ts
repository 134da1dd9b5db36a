/**
 * Where Zstandard frames end (RFC 8878 section 3.1).
 *
 * The platform's decoder takes half a frame for a whole one, and drops in silence whatever follows the first: what a
 * client sent would be stored shortened, and nobody would know.
 *
 * @module
 */

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** For `DataView`: every number of the format is. */
const LITTLE_ENDIAN = true;

/** The types of blocks. */
const RLE = 1;
const RESERVED = 3;

/** The most frames in one body: each costs a decoder, and nobody who compresses a log makes more than a few. */
const MAX_FRAMES = 1000;

/**
 * Splits a body into its frames.
 *
 * @param body All of it.
 * @returns The frames that hold data, in order; those that are to be skipped are left out.
 * @throws {SyntaxError} When it does not consist of whole frames, or of too many.
 */
export function splitZstdFrames(body: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  for (let count = 0; start < body.byteLength; count++) {
    if (count === MAX_FRAMES) throw new SyntaxError(`it has more than ${MAX_FRAMES} frames`);
    const end = frameEnd(view, start);
    if (!isSkippable(view, start)) frames.push(body.subarray(start, end));
    start = end;
  }
  if (frames.length === 0) throw new SyntaxError("it has no frame");
  return frames;
}

function isSkippable(view: DataView, start: number): boolean {
  return (view.getUint32(start, LITTLE_ENDIAN) & 0xfffffff0) === SKIPPABLE_MAGIC;
}

function frameEnd(view: DataView, start: number): number {
  need(view, start + 8); // no frame is shorter
  if (isSkippable(view, start)) return need(view, start + 8 + view.getUint32(start + 4, LITTLE_ENDIAN));
  if (view.getUint32(start, LITTLE_ENDIAN) !== MAGIC) throw new SyntaxError("a frame does not begin like one");
  const descriptor = view.getUint8(start + 4);
  let at = start + 5 + headerBytes(descriptor);
  for (let last = false; !last;) {
    need(view, at + BLOCK_HEADER_BYTES);
    const header = view.getUint16(at, LITTLE_ENDIAN) | view.getUint8(at + 2) << 16;
    last = (header & 1) === 1;
    const type = header >> 1 & 3;
    if (type === RESERVED) throw new SyntaxError("a block is of no known type");
    at = need(view, at + BLOCK_HEADER_BYTES + (type === RLE ? 1 : header >> 3));
  }
  const hasChecksum = (descriptor & 4) !== 0;
  return hasChecksum ? need(view, at + CHECKSUM_BYTES) : at;
}

/** How many bytes the header has after its descriptor. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryId = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
  const contentSize = CONTENT_SIZE_BYTES[descriptor >> 6] ?? 0;
  // Without a window of its own, the size is always told.
  return isSingleSegment ? dictionaryId + (contentSize || 1) : 1 + dictionaryId + contentSize;
}

function need(view: DataView, end: number): number {
  if (end > view.byteLength) throw new SyntaxError("it ends too early");
  return end;
}
