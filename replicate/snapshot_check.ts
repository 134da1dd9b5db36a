/**
 * Reading a snapshot to know that it can be read.
 *
 * @module
 */

import { download, type DownloadOptions } from "./download.ts";
import { ReplicateError } from "./errors.ts";
import type { ObjectInfo, ObjectStore } from "./object_store.ts";
import { decodeObject } from "./replica.ts";

/**
 * Reads a snapshot from its first to its last byte, and keeps nothing of it.
 *
 * @param store Where it is.
 * @param snapshot What a listing says of it.
 * @param options Clock, randomness, and a signal to give up.
 * @throws {ReplicateError} `object-damaged` or `object-missing` when nobody can restore it; `store-unavailable` or
 * `store-refused`.
 */
export async function checkSnapshot(
  store: ObjectStore,
  { key }: Pick<ObjectInfo, "key">,
  options: Omit<DownloadOptions, "onBytes">,
): Promise<void> {
  let plainBytes = 0;
  for await (const block of decodeObject(key, download(store, key, options))) plainBytes += block.byteLength;
  if (plainBytes === 0) throw new ReplicateError("object-damaged", `Cannot use the snapshot "${key}" as it is empty`);
}
