/**
 * Compressing, and the other way round: pure computing, on whichever thread.
 *
 * @module
 */

import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
  type ZstdOptions,
} from "node:zlib";
import { splitZstdFrames } from "./zstd_frames.ts";

/** How bodies may come compressed. */
export type RequestCoding = "gzip" | "deflate" | "br" | "zstd";

/** How pastes are stored when they are compressed. */
export type StorageCoding = "zstd";

/** Something to compute. */
export type CodecJob =
  /** Compresses a paste for storage, where that helps. Takes the bytes: a thread may have their memory from then on. */
  | { readonly kind: "compress"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Undoes that. */
  | { readonly kind: "decompress"; readonly bytes: Uint8Array<ArrayBuffer>; readonly plainBytes: number }
  /** Inflates what a client sent, up to a limit. */
  | {
    readonly kind: "inflate";
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly coding: RequestCoding;
    readonly limitBytes: number;
  };

/** What came of it. `too-large`: a body that inflates beyond its limit. `corrupt`: one that is not what it says. */
export type CodecResult =
  | {
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** After "compress": how they are compressed, `null` when they are the same bytes, given back. */
    readonly coding?: StorageCoding | null;
  }
  | { readonly failure: "too-large" | "corrupt"; readonly reason: string };

/** Zstandard's fastest regular level; ARCHITECTURE.md has the figures. */
const STORAGE_PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

/** The largest pieces of output: the library's own are small, and it would have to join dozens of them. */
const MAX_CHUNK_BYTES = 256 * 1024;

/** The smallest; the library takes none below 64 bytes. */
const MIN_CHUNK_BYTES = 1024;

/** Compression has to save an eighth, or else the paste stays as it is and nobody ever has to undo it. */
const WORTHWHILE = 7 / 8;

/** RFC 9659: over HTTP a window has at most 8 MiB, so that nobody makes a decoder take more. */
const WINDOW_OPTIONS = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

class TooLargeError extends Error {}

/**
 * Does a job.
 *
 * @param job What to compute.
 * @returns What came of it; bytes of its own, or those of the job, given back.
 * @throws {Error} When a stored paste is damaged.
 */
export function runCodecJob(job: CodecJob): CodecResult {
  switch (job.kind) {
    case "compress":
      return compress(job.bytes);
    case "decompress": {
      const bytes = asBytes(zstdDecompressSync(job.bytes, { maxOutputLength: job.plainBytes }));
      if (bytes.byteLength !== job.plainBytes) throw new Error("Cannot decompress a paste as its end is missing");
      return { bytes };
    }
    case "inflate":
      return inflate(job);
    default:
      return job satisfies never;
  }
}

/** What loses is given back at once: a collector would let some dozens of them wait. */
function compress(bytes: Uint8Array<ArrayBuffer>): CodecResult {
  const compressed = asBytes(zstdCompressSync(bytes, storageOptions(bytes.byteLength)));
  if (compressed.byteLength <= bytes.byteLength * WORTHWHILE) return { bytes: compressed, coding: "zstd" };
  compressed.buffer.transfer(0);
  return { bytes, coding: null };
}

/** It is told how much comes, and a small paste pays for no large piece of memory: that alone would double its time. */
function storageOptions(plainBytes: number): ZstdOptions {
  const chunkSize = Math.min(Math.max(plainBytes >> 1, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);
  const options = { params: STORAGE_PARAMS, chunkSize, pledgedSrcSize: plainBytes };
  return options; // Node has the last one, its types do not
}

function inflate({ bytes, coding, limitBytes }: CodecJob & { kind: "inflate" }): CodecResult {
  try {
    return { bytes: asBytes(inflated(coding, bytes, limitBytes)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isTooLarge = error instanceof TooLargeError || "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return { failure: isTooLarge ? "too-large" : "corrupt", reason: error.message };
  }
}

/** Every decoder here stops at the limit, and none takes half of a body for all of it. */
function inflated(coding: RequestCoding, bytes: Uint8Array<ArrayBuffer>, limitBytes: number): Uint8Array {
  switch (coding) {
    case "gzip":
      return gunzipSync(bytes, { maxOutputLength: limitBytes });
    case "deflate":
      return inflateExactly((body, options) => inflateSync(body, options), bytes, limitBytes);
    case "br":
      return inflateExactly((body, options) => brotliDecompressSync(body, options), bytes, limitBytes);
    case "zstd":
      return inflateZstd(bytes, limitBytes);
    default:
      return coding satisfies never;
  }
}

/** What `info: true` makes of an answer (node:zlib, "Convenience methods"). */
interface Informed {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/**
 * Decodes a body that must be one stream, whole and with nothing behind it. The decoders themselves do not mind when
 * the end is missing or something follows, so they get one byte more: a stream that has ended leaves exactly that one.
 */
function inflateExactly(
  decode: (body: Uint8Array, options: { maxOutputLength: number; info: true }) => unknown,
  body: Uint8Array<ArrayBuffer>,
  limitBytes: number,
): Uint8Array {
  const probe = new Uint8Array(body.byteLength + 1);
  probe.set(body);
  const { buffer, engine } = decode(probe, { maxOutputLength: limitBytes, info: true }) as Informed;
  if (engine.bytesWritten !== body.byteLength) throw new SyntaxError("it ends too early, or something follows its end");
  return buffer;
}

function inflateZstd(body: Uint8Array<ArrayBuffer>, limitBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let rest = limitBytes;
  for (const frame of splitZstdFrames(body)) {
    // One more than is left, because the library takes no limit of zero.
    const piece = zstdDecompressSync(frame, { ...WINDOW_OPTIONS, maxOutputLength: rest + 1 });
    rest -= piece.byteLength;
    if (rest < 0) throw new TooLargeError(`it inflates to more than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  return join(pieces);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

/** Out of a `Buffer`, which may be a view of memory that others share, comes an array of its own. */
function asBytes(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer: memory, byteLength } = buffer;
  const isWhole = memory instanceof ArrayBuffer && memory.byteLength === byteLength;
  return isWhole ? new Uint8Array(memory) : Uint8Array.from(buffer);
}
