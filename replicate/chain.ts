/**
 * The chain of generations: small objects that say in which order a replica's generations follow each other.
 *
 * They stand outside `generations/`, so Litestream does not see them. Each is created if absent and never written again:
 * of several instances that want to begin a generation, one does.
 *
 * @module
 */

import { z } from "zod";
import { ReplicateError } from "./errors.ts";
import { type Generation, parseGeneration } from "./generation.ts";
import type { ObjectStore, RequestOptions } from "./object_store.ts";
import { formatHex } from "./position.ts";

/** What the keys of all links begin with. */
export const CHAIN_PREFIX = "chain/";

/** The most bytes that a link may have: ours have about a hundred. */
const LINK_BYTES_MAX = 65_536;

/** One link of the chain. */
export interface ChainLink {
  /** The generation that begins. */
  readonly generation: Generation;
  /** Why, for people. */
  readonly reason: string;
}

const linkSchema = z.object({
  generation: z.string().transform((text, context) => parseGeneration(text) ?? (context.addIssue("none"), z.NEVER)),
  reason: z.string(),
});

/** Writes the key of a link: `chain/<ordinal>`, eight hexadecimal digits. */
export function formatChainKey(ordinal: number): string {
  return `${CHAIN_PREFIX}${formatHex(ordinal)}`;
}

/**
 * Counts the links.
 *
 * @param store The replica's objects.
 * @param options A signal to give up.
 * @returns One more than the last link's ordinal; 0 for a replica without a chain.
 * @throws {ReplicateError} `store-unavailable` or `store-refused`.
 */
export async function countLinks(store: ObjectStore, options: RequestOptions = {}): Promise<number> {
  let count = 0;
  for await (const { key } of store.list(CHAIN_PREFIX, options)) {
    const digits = key.slice(CHAIN_PREFIX.length);
    if (/^[0-9a-f]{8}$/.test(digits)) count = Math.max(count, parseInt(digits, 16) + 1);
  }
  return count;
}

/**
 * Reads a link.
 *
 * @param store The replica's objects.
 * @param ordinal Which, from 0.
 * @param options A signal to give up.
 * @returns The link.
 * @throws {ReplicateError} `object-missing`, `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function readLink(store: ObjectStore, ordinal: number, options: RequestOptions = {}): Promise<ChainLink> {
  const key = formatChainKey(ordinal);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of await store.read(key, options)) {
    size += piece.byteLength;
    if (size > LINK_BYTES_MAX) throw damaged(key);
    pieces.push(piece);
  }
  try {
    return linkSchema.parse(JSON.parse(await new Blob(pieces).text()));
  } catch (cause) {
    throw damaged(key, cause);
  }
}

/**
 * Appends a link.
 *
 * @param store The replica's objects.
 * @param ordinal The link's place: the number of links so far.
 * @param link What it says.
 * @param options A signal to give up.
 * @returns Whether the place is ours; an earlier try whose reply was lost counts.
 * @throws {ReplicateError} `object-damaged`, `store-unavailable` or `store-refused`.
 */
export async function appendLink(
  store: ObjectStore,
  ordinal: number,
  link: ChainLink,
  options: RequestOptions = {},
): Promise<boolean> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(link)}\n`);
  if (await store.create(formatChainKey(ordinal), bytes, options) === "created") return true;
  const existing = await readLink(store, ordinal, options);
  return existing.generation === link.generation;
}

function damaged(key: string, cause?: unknown): ReplicateError {
  return new ReplicateError("object-damaged", `Cannot read "${key}" as it is no link of a chain`, { cause });
}
