/**
 * Generations: unbroken histories of one database, each named by 16 hexadecimal digits.
 *
 * @module
 */

const GENERATION_PATTERN = /^[0-9a-f]{16}$/;
const GENERATION_RANDOM_BYTES = 8;

declare const brand: unique symbol;

/** The name of a generation: 16 lower-case hexadecimal digits (Litestream v0.3). */
export type Generation = string & { readonly [brand]: "Generation" };

/**
 * Draws the name of a new generation.
 *
 * @param randomBytes Fills an array with random bytes. Default: the system's cryptographic source, so that clones
 * that start at the same instant cannot draw the same name.
 * @returns The name.
 */
export function newGeneration(
  randomBytes: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): Generation {
  const hex = randomBytes(new Uint8Array(GENERATION_RANDOM_BYTES)).toHex();
  return hex as Generation;
}

/**
 * Reads the name of a generation.
 *
 * @param text Any text.
 * @returns The generation, or null when the text is not one's name.
 */
export function parseGeneration(text: string): Generation | null {
  return GENERATION_PATTERN.test(text) ? text as Generation : null;
}
