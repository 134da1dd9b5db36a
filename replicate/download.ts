/**
 * Reading objects over a connection that may break.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { ReplicateError } from "./errors.ts";
import type { ObjectStore } from "./object_store.ts";
import { pauseMs } from "./retry.ts";

/** How often one object is asked for without a byte of progress before its reader gives up. */
const MAX_TRIES = 6;

const PAUSES = { basePauseMs: 200, maxPauseMs: 10_000 };

/** What a download works with. */
export interface DownloadOptions {
  /** Waits between tries. */
  readonly clock: Clock;
  /** Varies the pauses: a number in [0, 1). */
  readonly random: () => number;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each piece that arrives: its size in bytes. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Reads an object from start to end; when the connection breaks, goes on from where it broke.
 *
 * @param store Where the object is.
 * @param key Its key.
 * @param options Clock, randomness, signal, and who is told of progress.
 * @returns The stored bytes in pieces.
 * @throws {ReplicateError} `object-missing`, or the last error when no progress is made any more.
 */
export async function* download(
  store: ObjectStore,
  key: string,
  { clock, random, signal, onBytes }: DownloadOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  for (let failures = 0;;) {
    try {
      for await (const chunk of await store.read(key, { offset, signal })) {
        offset += chunk.byteLength;
        failures = 0;
        onBytes?.(chunk.byteLength);
        yield chunk;
      }
      return;
    } catch (error) {
      const isRetryable = error instanceof ReplicateError && error.retryable;
      if (!isRetryable || ++failures >= MAX_TRIES) throw error;
      await clock.sleep(pauseMs(failures, error.retryAfterMs, { random, ...PAUSES }), signal);
    }
  }
}
