/**
 * A replica: everything that one database has under one root in an object store.
 *
 * @module
 */

import { type ChainLink, countLinks, readLink } from "./chain.ts";
import { ReplicateError } from "./errors.ts";
import { decodeStream } from "./lz4/decode_stream.ts";
import { Lz4FrameError } from "./lz4/frame_error.ts";
import { type GenerationListing, groupByGeneration, type LogListing } from "./listing.ts";
import { formatSegmentKey, GENERATIONS_PREFIX, type SegmentKey } from "./object_key.ts";
import type { ObjectStore, RequestOptions } from "./object_store.ts";

/** A replica's generations, and how they follow each other. */
export interface ReplicaHistory {
  /** The generations that have objects, the newest last. */
  readonly generations: readonly GenerationListing[];
  /** How many links the chain has. */
  readonly chainLength: number;
  /** The generation that is being written, or was last; it may have no objects yet. Null for an empty replica. */
  readonly newest: LogListing | null;
  /** Whether the chain names it: else Litestream wrote it, or a version without a chain. */
  readonly isChained: boolean;
}

/**
 * Reads what a replica holds, and in which order it came about.
 *
 * The chain tells the order. A generation that is not in it, and began after everything that is, is newer all the same:
 * Litestream has replicated in our place meanwhile.
 *
 * @param store Where it is.
 * @param options A signal to give up.
 * @returns Its generations: first those that the chain does not tell about, in ascending order of their newest object, then
 * the chain's last, up to one that can be restored.
 * @throws {ReplicateError} `object-damaged` for a link; `store-unavailable` or `store-refused`.
 */
export async function readHistory(store: ObjectStore, options: RequestOptions = {}): Promise<ReplicaHistory> {
  const listing = groupByGeneration(await Array.fromAsync(store.list(GENERATIONS_PREFIX, options)));
  return await orderByChain(store, listing, options);
}

async function orderByChain(
  store: ObjectStore,
  listing: readonly GenerationListing[],
  options: RequestOptions,
): Promise<ReplicaHistory> {
  const chainLength = await countLinks(store, options);
  const links = await readLastLinks(store, chainLength, listing, options);
  const ranks = new Map(links.map(({ generation }, rank) => [generation, rank]));
  const foreign = await findForeign(store, { listing, links, chainLength }, options);
  if (foreign !== null) ranks.set(foreign.generation, links.length);
  const generations = listing.toSorted((a, b) => (ranks.get(a.generation) ?? -1) - (ranks.get(b.generation) ?? -1));
  const current = links.at(-1)?.generation;
  if (foreign !== null || current === undefined) {
    return { generations, chainLength, newest: generations.at(-1) ?? null, isChained: false };
  }
  const newest = listing.find(({ generation }) => generation === current) ??
    { generation: current, snapshots: [], segments: [] };
  return { generations, chainLength, newest, isChained: true };
}

/**
 * Lists a replica. The chain is read only when there is more than one generation to bring in order.
 *
 * @param store Where it is.
 * @param options A signal to give up.
 * @returns Its generations, the newest last; see {@linkcode readHistory}.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function listReplica(
  store: ObjectStore,
  options: RequestOptions = {},
): Promise<readonly GenerationListing[]> {
  const listing = groupByGeneration(await Array.fromAsync(store.list(GENERATIONS_PREFIX, options)));
  return listing.length > 1 ? (await orderByChain(store, listing, options)).generations : listing;
}

/** The chain's last links, in its order, from one that can be restored. */
async function readLastLinks(
  store: ObjectStore,
  chainLength: number,
  listing: readonly GenerationListing[],
  options: RequestOptions,
): Promise<ChainLink[]> {
  const restorable = new Set(listing.filter(({ snapshots }) => snapshots.length > 0).map((one) => one.generation));
  const links: ChainLink[] = [];
  for (let ordinal = chainLength - 1; ordinal >= 0; ordinal--) {
    const link = await readLink(store, ordinal, options);
    links.unshift(link);
    if (restorable.has(link.generation)) break;
  }
  return links;
}

/** A generation that was begun by somebody who does not know the chain, after all that the chain tells about. */
async function findForeign(
  store: ObjectStore,
  { listing, links, chainLength }: {
    readonly listing: readonly GenerationListing[];
    readonly links: readonly ChainLink[];
    readonly chainLength: number;
  },
  options: RequestOptions,
): Promise<GenerationListing | null> {
  const last = listing.findLast(({ snapshots }) => snapshots.length > 0);
  const known = new Set(links.map(({ generation }) => generation));
  if (last === undefined || links.length === 0 || known.has(last.generation)) return null;
  const chained = listing.filter(({ generation }) => known.has(generation));
  if (chained.some(({ updatedAtMs }) => updatedAtMs >= last.createdAtMs)) return null;
  for (let ordinal = 0; ordinal < chainLength - links.length; ordinal++) {
    if ((await readLink(store, ordinal, options)).generation === last.generation) return null;
  }
  return last;
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
