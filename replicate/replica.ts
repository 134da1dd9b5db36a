/**
 * A replica: everything that one database has under one root in an object store.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import { decodeStream } from "./lz4/decode_stream.ts";
import { Lz4FrameError } from "./lz4/frame_error.ts";
import { type GenerationListing, groupByGeneration } from "./listing.ts";
import { formatSegmentKey, GENERATIONS_PREFIX, type SegmentKey } from "./object_key.ts";
import type { ObjectInfo, ObjectStore, RequestOptions } from "./object_store.ts";

/**
 * Lists a replica.
 *
 * @param store Where it is.
 * @param options A signal to give up.
 * @returns Its generations, in ascending order of their newest object, names deciding between equals.
 * @throws {ReplicateError} `store-unavailable` or `store-refused`.
 */
export async function listReplica(store: ObjectStore, options: RequestOptions = {}): Promise<GenerationListing[]> {
  const objects: ObjectInfo[] = [];
  for await (const object of store.list(GENERATIONS_PREFIX, options)) objects.push(object);
  return groupByGeneration(objects);
}

/** Options of {@linkcode createSegment}. */
export interface CreateSegmentOptions extends RequestOptions {
  /** How many plain bytes the frame holds: of what stands in its place, no more is kept than tells that it is longer. */
  readonly plainBytes?: number;
}

/**
 * Creates a segment.
 *
 * @param store Where to.
 * @param place The segment's generation, index and offset.
 * @param frame The LZ4 frame to write.
 * @param options A signal to give up, and a bound for what stands there.
 * @returns Null when it is there now and was not before; else the plain bytes of the object that stands there. That
 * may be our own: an earlier try whose reply was lost.
 * @throws {ReplicateError} `store-unavailable`, `store-refused`, or `object-damaged` when what stands there is no frame.
 */
export async function createSegment(
  store: ObjectStore,
  place: Omit<SegmentKey, "type">,
  frame: Uint8Array<ArrayBuffer>,
  options: CreateSegmentOptions = {},
): Promise<Uint8Array | null> {
  const key = formatSegmentKey(place);
  const { signal, plainBytes = Infinity } = options;
  if (await store.create(key, frame, { signal }) === "created") return null;
  return await readSegment(store, key, { signal, keptBytesMax: plainBytes + 1 });
}

/**
 * Reads an object whole, as it is stored.
 *
 * @param store Where it is.
 * @param key Its key.
 * @param options A signal to give up.
 * @returns Its bytes.
 * @throws {ReplicateError} `object-missing`, `store-unavailable` or `store-refused`.
 */
export async function readObject(
  store: ObjectStore,
  key: string,
  options: RequestOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(await store.read(key, options)).arrayBuffer());
}

/**
 * Decompresses an object, naming it in the error when it is damaged.
 *
 * @param key The object's key.
 * @param bytes What is stored under it, in pieces of any size.
 * @returns The plain bytes in bounded pieces; trusted once the last has come without an error.
 * @throws {ReplicateError} `object-damaged`.
 */
export async function* decodeObject(
  key: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* decodeStream(bytes);
  } catch (error) {
    if (!(error instanceof Lz4FrameError)) throw error;
    throw new ReplicateError("object-damaged", `Cannot decode "${key}" as it is damaged`, { cause: error });
  }
}

/** Options of {@linkcode readSegment}. */
export interface ReadSegmentOptions extends RequestOptions {
  /** A longer one is read no further, and cut off here. Default: no bound. */
  readonly keptBytesMax?: number;
}

/**
 * Reads a segment's plain bytes.
 *
 * @param store Where it is.
 * @param key Its key.
 * @param options A signal to give up, and a bound.
 * @returns The bytes of the WAL that it holds, verified unless they were cut off.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function readSegment(
  store: ObjectStore,
  key: string,
  { signal, keptBytesMax = Infinity }: ReadSegmentOptions = {},
): Promise<Uint8Array> {
  const pieces: BlobPart[] = [];
  let room = keptBytesMax;
  for await (const piece of decodeObject(key, await store.read(key, { signal }))) {
    pieces.push(new Uint8Array(piece.subarray(0, room)));
    room -= piece.byteLength;
    // Leaving the loop cancels the object's body.
    if (room <= 0) break;
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Where a segment ends, and with what. */
export interface SegmentEnd {
  /** How many plain bytes it holds. */
  readonly plainBytes: number;
  /** The last of them. */
  readonly tail: Uint8Array;
}

/**
 * Reads a segment for its end only, in bounded memory whatever its size.
 *
 * @param store Where it is.
 * @param key Its key.
 * @param options How many bytes at the end are wanted, and a signal to give up.
 * @returns Its size and its end, verified.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function readSegmentEnd(
  store: ObjectStore,
  key: string,
  { tailBytes, signal }: RequestOptions & { readonly tailBytes: number },
): Promise<SegmentEnd> {
  let plainBytes = 0;
  let tail: Uint8Array = new Uint8Array();
  for await (const piece of decodeObject(key, await store.read(key, { signal }))) {
    plainBytes += piece.byteLength;
    const kept = tail.subarray(Math.max(0, tail.byteLength + piece.byteLength - tailBytes));
    const added = piece.subarray(Math.max(0, piece.byteLength - tailBytes));
    tail = new Uint8Array(kept.byteLength + added.byteLength);
    tail.set(kept);
    tail.set(added, kept.byteLength);
  }
  return { plainBytes, tail };
}
