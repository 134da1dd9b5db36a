/**
 * Whether there is something under a path.
 *
 * @module
 */

/**
 * Looks for a file, folder or link; a link that leads nowhere is there too.
 *
 * @param path The path.
 * @returns Whether there is anything.
 */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
