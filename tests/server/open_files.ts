/**
 * What a process has open.
 *
 * @module
 */

/** Which files this process has open below a path. */
export function openFiles(path = "/"): readonly string[] {
  return [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      const target = Deno.readLinkSync(`/proc/self/fd/${name}`);
      return target.startsWith(path) ? [target] : [];
    } catch {
      return []; // the descriptor that lists them is gone already
    }
  });
}
