/**
 * Sizes for people.
 *
 * @module
 */

import { format } from "@std/fmt/bytes";

/**
 * Writes a size in powers of 1024, as IEC 80000-13 has them.
 *
 * @param bytes The size.
 * @returns Such as `1.5 KiB`.
 */
export function formatSize(bytes: number): string {
  const text: string = format(bytes, { binary: true });
  return text.replace("kiB", "KiB");
}
