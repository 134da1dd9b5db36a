/**
 * What a restore cannot do without: reads the objects that a restore of the newest state reads, decodes them, and forgets
 * them. `deno run --allow-all bench/download.ts URL`
 *
 * @module
 */

import { systemClock } from "../replicate/clock.ts";
import { resolveReplica } from "../replicate/config.ts";
import { groupByGeneration } from "../replicate/listing.ts";
import { decodeStream } from "../replicate/lz4/decode_stream.ts";
import { openStore } from "../replicate/open_store.ts";
import { parseReplicaUrl } from "../replicate/store_url.ts";

/** As many objects at a time as a restore has under way. */
const PARALLELISM = 8;

/**
 * Reads and decodes.
 *
 * @param url The replica's URL.
 * @param env Where credentials are found.
 * @returns How many bytes the objects hold.
 */
export async function downloadAndDecode(url: string, env: Readonly<Record<string, string>>): Promise<number> {
  const store = openStore(resolveReplica(parseReplicaUrl(url), env), { clock: systemClock, random: Math.random });
  const newest = groupByGeneration(await Array.fromAsync(store.list("generations/"))).at(-1);
  const snapshot = newest?.snapshots.at(-1);
  if (newest === undefined || snapshot === undefined) throw new Error(`Cannot read "${url}" as it holds no snapshot`);
  const segments = newest.segments.filter(({ index }) => index >= snapshot.index);
  const keys = [snapshot, ...segments].map(({ key }) => key).values();
  let bytes = 0;
  const work = async (): Promise<void> => {
    // All workers take from one list.
    for (const key of keys) {
      for await (const plain of decodeStream(await store.read(key))) bytes += plain.byteLength;
    }
  };
  await Promise.all(Array.from({ length: PARALLELISM }, work));
  return bytes;
}

if (import.meta.main) {
  const bytes = await downloadAndDecode(Deno.args[0] ?? "", Deno.env.toObject());
  // deno-lint-ignore no-console -- whoever runs it by hand wants to see that it did something
  console.log(bytes);
}
