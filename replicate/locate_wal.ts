/**
 * Finding a WAL on disk in a replica.
 *
 * @module
 */

import type { GenerationListing } from "./listing.ts";
import type { ObjectStore, RequestOptions } from "./object_store.ts";
import { readSegment } from "./replica.ts";
import { decodeWalHeader, type WalHeader } from "./wal/header.ts";
import { saltsEqual } from "./wal/salt.ts";

/** How many WALs are looked at, the newest first: one on disk is the newest, or the one that comes next. */
const WALS_LOOKED_AT = 3;

/**
 * Finds out which WAL of a generation has a header. Together with its length that gives the position of a database that
 * another process replicates: what `validateReplica()` needs.
 *
 * @param store The replica's objects.
 * @param listing The generation.
 * @param header The header of the WAL on disk.
 * @param options A signal to give up.
 * @returns The WAL's ordinal, or null when the replica does not have it, or not yet.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function locateWal(
  store: ObjectStore,
  { segments }: GenerationListing,
  header: WalHeader,
  options: RequestOptions = {},
): Promise<number | null> {
  const firsts = segments.filter(({ offset }) => offset === 0).slice(-WALS_LOOKED_AT);
  for (const { key, index } of firsts.reverse()) {
    const result = decodeWalHeader(await readSegment(store, key, options)); // one without content has none
    if (result.ok && saltsEqual(result.header.salt, header.salt)) return index;
  }
  return null;
}
