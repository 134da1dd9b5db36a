/**
 * What another writer leaves in a replica.
 *
 * @module
 */

import { encodeFrame } from "../../replicate/lz4/block.ts";
import { generationOf, segmentKey, snapshotKey } from "./replica_builder.ts";

/** When it was written: later than anything that a test writes, in seconds since 1970. */
const LATE_S = 4_000_000_000;

/**
 * Puts a generation of somebody else's into a replica, newer than all others.
 *
 * @param folder The replica's folder.
 */
export async function addForeignGeneration(folder: string): Promise<void> {
  const generation = generationOf("ffffffffffffffff");
  const frame = await encodeFrame(new Uint8Array(512));
  for (const key of [snapshotKey(0, generation), segmentKey(0, 0, generation)]) {
    const path = `${folder}/${key}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, frame);
    await Deno.utime(path, LATE_S, LATE_S);
  }
}
