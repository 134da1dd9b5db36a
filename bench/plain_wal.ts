/**
 * What LogPaste and Litestream v0.3 would leave in a bucket of some pastes, computed: LogPaste's table holds texts as they
 * came, and Litestream uploads the frames of each commit as one LZ4 frame when commits are further apart than a second.
 *
 * @module
 */

import { encodeFrame } from "../replicate/lz4/block.ts";
import { Database } from "../server/database.ts";

/**
 * Writes pastes into a database like LogPaste's, each in a commit of its own, and compresses the frames of each.
 *
 * @param path Where the database is to be.
 * @param pastes Their bytes.
 * @returns The bytes of all segments together.
 */
export async function plainSegmentBytes(path: string, pastes: readonly Uint8Array[]): Promise<number> {
  const database = await Database.open(path); // nothing is checkpointed in it
  database.query("PRAGMA secure_delete = off"); // LogPaste has it off
  try {
    database.query("CREATE TABLE entries (id TEXT PRIMARY KEY, creation_time TEXT, contents TEXT)");
    const insert = database.prepare("INSERT INTO entries VALUES (?, ?, ?)");
    const decoder = new TextDecoder();
    let walBytes = (await Deno.readFile(`${path}-wal`)).byteLength;
    let total = 0;
    for (const [number, paste] of pastes.entries()) {
      insert.run([randomId(), new Date(number * 1000).toISOString(), decoder.decode(paste)]);
      const wal = await Deno.readFile(`${path}-wal`);
      total += (await encodeFrame(wal.subarray(walBytes))).byteLength;
      walBytes = wal.byteLength;
    }
    return total;
  } finally {
    database.close();
  }
}

/** Eight characters, in no order: as LogPaste's. */
function randomId(): string {
  return crypto.randomUUID().slice(0, 8);
}
