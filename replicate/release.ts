/**
 * Giving memory back before the garbage collector would.
 *
 * @module
 */

/**
 * Frees the memory behind bytes that nobody will read again. They are empty afterwards.
 *
 * V8 frees it only when it collects the object, and it is in no hurry: the object itself is tiny, and of memory that a
 * native library has allocated it hardly takes notice. In a loop that gets a few KiB each time, that adds up to
 * hundreds of MiB. Bytes that are a part of a larger buffer are left alone, as others may be using the rest.
 *
 * @param bytes The caller's own bytes.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const isOwned = buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === bytes.byteLength;
  if (isOwned) buffer.transfer(0);
}
