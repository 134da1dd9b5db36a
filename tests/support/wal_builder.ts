/**
 * WAL files for tests: real ones that SQLite wrote, and built ones.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { encodeFrame } from "../../replicate/wal/frame.ts";
import { decodeWalHeader, encodeWalHeader, WAL_HEADER_BYTES, type WalHeader } from "../../replicate/wal/header.ts";
import type { ByteOrder } from "../../replicate/wal/checksum.ts";
import { firstFramePoint, scanFrames, type WalScan } from "../../replicate/wal/scan.ts";
import { openSqlite, type Sqlite } from "./sqlite.ts";

/** Every size that a page may have, in bytes. */
export const PAGE_SIZES: readonly number[] = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/** What a frame says, without what follows from its place in a WAL. */
export interface FrameContent {
  /** Which page the frame holds, from 1. */
  readonly pageNumber: number;
  /** Size of the database in pages, or 0 when the transaction goes on. */
  readonly commitPageCount: number;
  /** The page's image. */
  readonly page: Uint8Array;
}

/** A database in WAL mode that never checkpoints by itself. */
export interface WalDatabase extends AsyncDisposable {
  /** The connection. */
  readonly sqlite: Sqlite;
  /** The database file as it was before anything was in the WAL. */
  readonly base: Uint8Array;
  /** Reads the WAL as it is now. The database file itself must not be opened: its locks would be lost. */
  readWal(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What SQLite made of a WAL. */
export interface Recovery {
  /** How many frames it took, up to the last commit. */
  readonly frameCount: number;
  /** The rows of the table `item`. */
  readonly items: readonly unknown[];
  /** What `PRAGMA integrity_check` says. */
  readonly integrity: unknown;
}

/**
 * Creates a database with an empty table `item (id, body)` and an empty WAL.
 *
 * @param pageBytes Size of a page in bytes.
 * @returns The database; `await using` closes and removes it.
 */
export async function createWalDatabase(pageBytes: number): Promise<WalDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "wal-" });
  const path = `${folder}/test.db`;
  {
    using setup = openSqlite(path);
    setup.exec(`PRAGMA page_size = ${pageBytes}`);
    setup.exec("CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT)");
    setup.all("PRAGMA journal_mode = WAL");
  }
  const base = await Deno.readFile(path);
  const sqlite = openSqlite(path);
  sqlite.all("PRAGMA wal_autocheckpoint = 0");
  return {
    sqlite,
    base,
    readWal: () => Deno.readFile(`${path}-wal`),
    [Symbol.asyncDispose]: async () => {
      sqlite[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/**
 * Has SQLite write a WAL of three transactions; the second takes several pages.
 *
 * @param pageBytes Size of a page in bytes.
 * @returns The WAL, and the database file before it.
 */
export async function recordWal(
  pageBytes: number,
): Promise<{ readonly wal: Uint8Array<ArrayBuffer>; readonly base: Uint8Array }> {
  await using database = await createWalDatabase(pageBytes);
  database.sqlite.exec("INSERT INTO item (body) VALUES ('first')");
  database.sqlite.exec(`INSERT INTO item (body) VALUES (hex(zeroblob(${pageBytes})))`);
  database.sqlite.exec("UPDATE item SET body = 'changed' WHERE id = 1");
  return { wal: await database.readWal(), base: database.base };
}

/**
 * Lets SQLite recover from a WAL, as after a crash.
 *
 * @param base The database file.
 * @param wal The WAL beside it.
 * @returns What came of it.
 */
export async function recoverWal(base: Uint8Array, wal: Uint8Array): Promise<Recovery> {
  const folder = await Deno.makeTempDir({ prefix: "wal-" });
  try {
    await Deno.writeFile(`${folder}/test.db`, base);
    await Deno.writeFile(`${folder}/test.db-wal`, wal);
    using sqlite = openSqlite(`${folder}/test.db`);
    const items = sqlite.all("SELECT id, body FROM item ORDER BY id");
    const [checkpoint] = sqlite.all("PRAGMA wal_checkpoint(PASSIVE)");
    return { frameCount: Number(checkpoint?.["log"]), items, integrity: sqlite.value("PRAGMA integrity_check") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Builds a WAL.
 *
 * @param header What its header says.
 * @param frames What its frames hold.
 * @returns The bytes, checksums included.
 */
export function buildWal(
  header: Omit<WalHeader, "checksum">,
  frames: readonly FrameContent[],
): Uint8Array<ArrayBuffer> {
  const parts = [encodeWalHeader(header)];
  const decoded = headerOf(encodeWalHeader(header));
  let previous = decoded.checksum;
  for (const frame of frames) {
    const bytes = encodeFrame(decoded, previous, frame);
    const view = new DataView(bytes.buffer);
    previous = { s0: view.getUint32(16), s1: view.getUint32(20) };
    parts.push(bytes);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Writes a WAL anew with the other order of bytes in its checksums, as a machine of that order would have.
 *
 * @param wal A valid WAL.
 * @param byteOrder The order.
 * @returns The WAL; every byte but those of the magic number and the checksums is the same.
 */
export function withByteOrder(wal: Uint8Array, byteOrder: ByteOrder): Uint8Array<ArrayBuffer> {
  return buildWal({ ...headerOf(wal), byteOrder }, framesOf(wal));
}

/**
 * Reads a header that is known to be valid.
 *
 * @param wal A WAL.
 * @returns Its header.
 * @throws {Error} When it is not valid.
 */
export function headerOf(wal: Uint8Array): WalHeader {
  const result = decodeWalHeader(wal);
  if (!result.ok) throw new Error(`Cannot read a WAL header: ${result.fault}`);
  return result.header;
}

/**
 * Reads the valid frames of a WAL.
 *
 * @param wal A WAL with a valid header.
 * @returns What the frames hold.
 */
export function framesOf(wal: Uint8Array): FrameContent[] {
  const header = headerOf(wal);
  const bytes = wal.subarray(WAL_HEADER_BYTES);
  const frames: FrameContent[] = [];
  scanFrames(header, bytes, firstFramePoint(header), ({ pageNumber, commitPageCount }, start) => {
    const page = bytes.subarray(start + 24, start + 24 + header.pageBytes);
    frames.push({ pageNumber, commitPageCount, page });
  });
  return frames;
}

/**
 * Scans a whole WAL.
 *
 * @param wal A WAL with a valid header.
 * @returns What the scan found.
 */
export function scanWal(wal: Uint8Array): WalScan {
  const header = headerOf(wal);
  return scanFrames(header, wal.subarray(WAL_HEADER_BYTES), firstFramePoint(header));
}
