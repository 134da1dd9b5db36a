/**
 * Comparing databases page for page.
 *
 * @module
 */

import { assertEquals, assertFalse } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { restore } from "../../replicate/restore.ts";
import { openSqlite } from "./sqlite.ts";

/**
 * Reads a database's pages through SQL: to open the file itself would drop the locks of this process on it.
 *
 * @param path The database, which may be in use.
 * @returns The pages in order.
 */
export function readPages(path: string): Uint8Array[] {
  using sqlite = openSqlite(path);
  sqlite.exec("BEGIN");
  const pages = sqlite.all("SELECT data FROM sqlite_dbpage ORDER BY pgno").map(({ data }) => asBytes(data));
  sqlite.exec("ROLLBACK");
  return pages;
}

/**
 * Restores a replica and compares it with the live database.
 *
 * @param store The replica.
 * @param path The live database; nobody may write to it meanwhile.
 * @throws {AssertionError} When a page differs, or when SQLite finds damage in what was restored.
 */
export async function assertRestoresEqual(store: ObjectStore, path: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "restored-" });
  try {
    const outputPath = `${folder}/restored.db`;
    assertFalse(await restore(store, { outputPath, clock: systemClock, random: Math.random }) === null);
    const restored = await Deno.readFile(outputPath);
    const live = readPages(path);
    const pageBytes = live[0]?.byteLength ?? 1;
    assertEquals(restored.byteLength / pageBytes, live.length, "number of pages");
    const different = live.flatMap((page, i) => {
      const other = restored.subarray(i * pageBytes, (i + 1) * pageBytes);
      return page.every((byte, at) => byte === other[at]) ? [] : [i + 1];
    });
    assertEquals(different, [], "pages that differ");
    using sqlite = openSqlite(outputPath);
    assertEquals(sqlite.value("PRAGMA integrity_check"), "ok");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError("Cannot read a page as SQLite returned no bytes");
}
