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

/**
 * Creates a segment.
 *
 * @param store Where to.
 * @param place The segment's generation, index and offset.
 * @param frame The LZ4 frame to write.
 * @param options A signal to give up.
 * @returns Null when it is there now and was not before; else the plain bytes of the object that stands there. That
 * may be our own: an earlier try whose reply was lost.
 * @throws {ReplicateError} `store-unavailable`, `store-refused`, or `object-damaged` when what stands there is no frame.
 */
export async function createSegment(
  store: ObjectStore,
  place: Omit<SegmentKey, "type">,
  frame: Uint8Array<ArrayBuffer>,
  options: RequestOptions = {},
): Promise<Uint8Array | null> {
  const key = formatSegmentKey(place);
  if (await store.create(key, frame, options) === "created") return null;
  return await readSegment(store, key, options);
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

/**
 * Reads a segment's plain bytes, whole.
 *
 * @param store Where it is.
 * @param key Its key.
 * @param options A signal to give up.
 * @returns The bytes of the WAL that it holds.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function readSegment(store: ObjectStore, key: string, options: RequestOptions = {}): Promise<Uint8Array> {
  const stored = await readObject(store, key, options);
  const pieces: BlobPart[] = [];
  for await (const piece of decodeObject(key, [stored])) pieces.push(new Uint8Array(piece));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
