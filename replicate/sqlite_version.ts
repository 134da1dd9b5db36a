/**
 * What the version of the SQLite library tells.
 *
 * @module
 */

/** The first release without the WAL-reset bug (https://sqlite.org/wal.html, "The WAL-Reset Bug"). */
const MENDED = [3, 51, 3];

/**
 * Whether a checkpoint that meets a commit which restarts the WAL may damage the database. The barrier keeps our own
 * checkpoints from that; it cannot keep those of other processes.
 *
 * @param version A version, such as `3.45.1`.
 * @returns Whether it is older than 3.51.3, or cannot be read.
 */
export function hasWalResetBug(version: string): boolean {
  const numbers = version.split(".").map(Number);
  for (const [i, mended] of MENDED.entries()) {
    const number = numbers[i] ?? NaN;
    if (number !== mended) return !(number > mended);
  }
  return false;
}
