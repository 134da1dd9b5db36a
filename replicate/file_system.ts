/**
 * The kind of file system under a database: SQLite's locks and its shared memory need one of this machine's own.
 *
 * @module
 */

import { dirname } from "@std/path";

/** File systems of other machines, or of the host of a virtual one, as Linux names them. */
const REMOTE =
  /^(nfs4?|cifs|smb3?|smbfs|9p|afs|ncpfs|davfs|vboxsf|prl_fs|fakeowner|glusterfs|fuse\.(?!fuseblk|ntfs).+)$/;

/**
 * Finds the file system that a path is on.
 *
 * @param mounts The text of `/proc/mounts`.
 * @param path An absolute path without links.
 * @returns The name of its kind; null when it is not said.
 */
export function fileSystemOf(mounts: string, path: string): string | null {
  let found: { readonly point: string; readonly kind: string } | null = null;
  for (const line of mounts.split("\n")) {
    const [, escapedPoint, kind] = line.split(" ");
    if (escapedPoint === undefined || kind === undefined) continue;
    const point = escapedPoint.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    const isAbove = point === "/" || path === point || path.startsWith(`${point}/`);
    // The later one of the same place hides the earlier one.
    if (isAbove && point.length >= (found?.point.length ?? 0)) found = { point, kind };
  }
  return found?.kind ?? null;
}

/**
 * Says whether SQLite's WAL mode is not safe on a kind of file system.
 *
 * @param kind The kind's name.
 * @returns Whether another machine may be behind it.
 */
export function isRemoteFileSystem(kind: string): boolean {
  return REMOTE.test(kind);
}

/**
 * Looks which remote file system a database is on.
 *
 * @param databasePath The database's path.
 * @returns The kind's name; null for a local one, and where it cannot be found out.
 */
export async function remoteFileSystemOf(databasePath: string): Promise<string | null> {
  try {
    const folder = await Deno.realPath(dirname(databasePath));
    const kind = fileSystemOf(await Deno.readTextFile("/proc/mounts"), folder);
    return kind !== null && isRemoteFileSystem(kind) ? kind : null;
  } catch {
    return null; // no Linux, or no permission: a warning is all that is lost
  }
}
