/**
 * The header of a WAL file (SQLite's file format document, §4.1).
 *
 * @module
 */

import {
  type ByteOrder,
  type Checksum,
  CHECKSUM_SEED,
  checksumsEqual,
  checksumWords,
  continueChecksum,
} from "./checksum.ts";
import type { Salt } from "./salt.ts";

/** Size of a WAL header in bytes. */
export const WAL_HEADER_BYTES = 32;

/** The smallest page that SQLite allows, in bytes. */
export const PAGE_BYTES_MIN = 512;

/** The largest page that SQLite allows, in bytes. */
export const PAGE_BYTES_MAX = 65_536;

const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;
const FORMAT_VERSION = 3_007_000;
const CHECKED_BYTES = 24;

/** The header of a WAL file. */
export interface WalHeader {
  /** How the checksums read words. */
  readonly byteOrder: ByteOrder;
  /** Size of a page in bytes. */
  readonly pageBytes: number;
  /** Counts the checkpoints that were followed by a restart. */
  readonly sequence: number;
  /** What the frames of this WAL carry. */
  readonly salt: Salt;
  /** The checksum of the header, from which the frames' continue. */
  readonly checksum: Checksum;
}

/** Why bytes are no WAL header. */
export type WalHeaderFault = "too-short" | "magic" | "version" | "page-size" | "checksum";

/** What {@linkcode decodeWalHeader} found. */
export type WalHeaderResult =
  | { readonly ok: true; readonly header: WalHeader }
  | { readonly ok: false; readonly fault: WalHeaderFault };

/**
 * Decodes a WAL header and verifies its checksum.
 *
 * @param bytes At least the first 32 bytes of a WAL.
 * @returns The header, or what is wrong with it: a file being created may well begin with anything.
 */
export function decodeWalHeader(bytes: Uint8Array): WalHeaderResult {
  if (bytes.byteLength < WAL_HEADER_BYTES) return { ok: false, fault: "too-short" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, WAL_HEADER_BYTES);
  const magic = view.getUint32(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return { ok: false, fault: "magic" };
  if (view.getUint32(4) !== FORMAT_VERSION) return { ok: false, fault: "version" };
  const pageBytes = view.getUint32(8);
  if (!isPageSize(pageBytes)) return { ok: false, fault: "page-size" };
  const byteOrder = magic === MAGIC_LITTLE_ENDIAN ? "little-endian" : "big-endian";
  const checksum = { s0: view.getUint32(24), s1: view.getUint32(28) };
  if (!checksumsEqual(checksum, headerChecksum(bytes, byteOrder))) return { ok: false, fault: "checksum" };
  const salt = { salt1: view.getUint32(16), salt2: view.getUint32(20) };
  return { ok: true, header: { byteOrder, pageBytes, sequence: view.getUint32(12), salt, checksum } };
}

/**
 * Encodes a WAL header, checksum included.
 *
 * @param header What to write; its `checksum` is computed, not taken.
 * @returns 32 bytes.
 */
export function encodeWalHeader(header: Omit<WalHeader, "checksum">): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(WAL_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.byteOrder === "little-endian" ? MAGIC_LITTLE_ENDIAN : MAGIC_BIG_ENDIAN);
  view.setUint32(4, FORMAT_VERSION);
  view.setUint32(8, header.pageBytes);
  view.setUint32(12, header.sequence);
  view.setUint32(16, header.salt.salt1);
  view.setUint32(20, header.salt.salt2);
  const { s0, s1 } = headerChecksum(bytes, header.byteOrder);
  view.setUint32(24, s0);
  view.setUint32(28, s1);
  return bytes;
}

/**
 * Tells whether a number is a page size that SQLite allows.
 *
 * @param pageBytes The size in bytes.
 * @returns Whether it is a power of two from 512 to 65,536.
 */
export function isPageSize(pageBytes: number): boolean {
  return Number.isInteger(pageBytes) && pageBytes >= PAGE_BYTES_MIN && pageBytes <= PAGE_BYTES_MAX &&
    (pageBytes & (pageBytes - 1)) === 0;
}

function headerChecksum(bytes: Uint8Array, byteOrder: ByteOrder): Checksum {
  const words = checksumWords(bytes.subarray(0, CHECKED_BYTES), byteOrder);
  return continueChecksum(CHECKSUM_SEED, words, 0, words.length);
}
