/**
 * Finding out whether a store can create without overwriting: what fencing rests on.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { ObjectStore, RequestOptions } from "./object_store.ts";

/** Beside `generations/`, so that nobody takes it for a part of the replica. */
export const PROBE_PREFIX = "probe/";

/** How many keys are tried before the question stays open. */
const MAX_KEYS = 5;

/** Whether a store's `create` never overwrites. */
export type CreateSupport = "supported" | "unsupported";

/** Options of {@linkcode probeCreateIfAbsent}. */
export interface ProbeOptions extends RequestOptions {
  /** A number in [0, 1): makes keys that nobody else has. */
  readonly random: () => number;
}

/**
 * Creates one key twice, and sees what the store says.
 *
 * Only an answer that can mean one thing counts. A first create that answers `exists` speaks of its own earlier try,
 * whose reply was lost; so the next key is asked. What was created is deleted in the end, as far as that is possible.
 *
 * @param store The store.
 * @param options Chance, and a signal to give up.
 * @returns `unsupported` when the second create has overwritten, or the store refuses to create although it does write.
 * @throws {ReplicateError} `store-refused` when it writes nothing at all, `store-unavailable` when no answer was clear.
 */
export async function probeCreateIfAbsent(store: ObjectStore, options: ProbeOptions): Promise<CreateSupport> {
  const { random, signal } = options;
  const keys: string[] = [];
  let lastError: unknown = new ReplicateError(
    "store-unavailable",
    `Cannot find out whether ${store.url} can create without overwriting as too many replies were lost`,
    { retryable: true },
  );
  try {
    while (keys.length < MAX_KEYS) {
      const key = `${PROBE_PREFIX}${randomName(random)}-${keys.length}`;
      keys.push(key);
      try {
        const support = await probeKey(store, key, signal);
        if (support !== null) return support;
      } catch (error) {
        if (!(error instanceof ReplicateError && error.retryable)) throw error;
        lastError = error;
      }
    }
  } finally {
    // Without the permission to delete, a few bytes stay behind, which are in nobody's way.
    await store.delete(keys, { signal }).catch(() => undefined);
  }
  throw lastError;
}

/** Asks with one key; null when the answer is not clear. */
async function probeKey(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<CreateSupport | null> {
  const content = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  try {
    if (await store.create(key, content("first"), { signal }) === "exists") return null;
    return await store.create(key, content("second"), { signal }) === "exists" ? "supported" : "unsupported";
  } catch (error) {
    if (!(error instanceof ReplicateError) || error.code !== "store-refused") throw error;
    // Is it the condition that is refused, or are we? A plain write tells.
    const written = await store.putStream(key, ReadableStream.from([content("plain")]), { sizeBoundBytes: 5, signal })
      .then(() => true, () => false);
    if (!written) throw error;
    return "unsupported";
  }
}

function randomName(random: () => number): string {
  return Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0")).join("");
}
