/**
 * Keys as paths below a folder.
 *
 * @module
 */

/** What temporary files end with: the same as Litestream's. No key may. */
export const TEMPORARY_SUFFIX = ".tmp";

/**
 * The path of an object's file.
 *
 * @param folder The store's folder.
 * @param key The key.
 * @returns The path.
 * @throws {TypeError} When the key has a part that is no file name, or ends as temporary files do.
 */
export function keyPath(folder: string, key: string): string {
  if (key.endsWith(TEMPORARY_SUFFIX)) {
    throw new TypeError(`Cannot use the key "${key}" as temporary files end with "${TEMPORARY_SUFFIX}"`);
  }
  return join(folder, key.split("/"), key);
}

/**
 * The path of a folder of objects.
 *
 * @param folder The store's folder.
 * @param prefix What the keys in it begin with: empty, or ending with a slash.
 * @returns The path.
 * @throws {TypeError} When the prefix has a part that is no file name.
 */
export function folderPath(folder: string, prefix: string): string {
  return prefix === "" ? folder : join(folder, prefix.replace(/\/$/, "").split("/"), prefix);
}

/**
 * The folder around a path.
 *
 * @param path A path with at least one slash, or a relative name.
 * @returns The path without its last part; `.` for a relative name.
 */
export function parentPath(path: string): string {
  const slash = path.replace(/(?<=.)\/+$/, "").lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : path.slice(0, slash);
}

/**
 * Compares keys by their UTF-8 bytes, as S3 lists them, which is the order of their code points. JavaScript's own
 * order is that of UTF-16 units, and differs above U+FFFF.
 *
 * @param one A key.
 * @param other Another.
 * @returns Negative, zero or positive.
 */
export function compareKeys(one: string, other: string): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index++;
  // Both in the middle of a pair: the pairs differ in their second halves, and those are in order.
  return (one.codePointAt(index) ?? -1) - (other.codePointAt(index) ?? -1);
}

function join(folder: string, parts: readonly string[], key: string): string {
  for (const part of parts) {
    if (part === "" || part === "." || part === ".." || part.includes("\0")) {
      throw new TypeError(`Cannot use the key "${key}" as its parts must be file names: current part is "${part}"`);
    }
  }
  return [folder.replace(/(?<=.)\/+$/, ""), ...parts].join("/").replace(/^\/\//, "/");
}
