/**
 * An object's bytes as they arrive.
 *
 * @module
 */

import type { Clock } from "../clock.ts";

/** Options of {@linkcode objectBody}. */
export interface ObjectBodyOptions {
  /** How many bytes at the start to leave out, for a server that ignores `Range`. */
  readonly skipBytes: number;
  /** How long the server may send nothing while somebody waits, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Measures the idle time. */
  readonly clock: Clock;
  /** The caller's own signal: its reason is passed on as it is. */
  readonly signal: AbortSignal | undefined;
  /** Makes the error that the reader sees when the connection fails. */
  readonly fail: (cause: unknown) => Error;
}

/**
 * Passes a reply's body on, and makes sure that its end is the object's end.
 *
 * @param response The reply, its body unread.
 * @param options Limits.
 * @returns The bytes. Reads nothing ahead; it must be read to its end or cancelled.
 */
export function objectBody(response: Response, options: ObjectBodyOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = (response.body ?? new Blob([]).stream()).getReader();
  const expectedBytes = contentLength(response);
  let receivedBytes = 0;
  let skip = options.skipBytes;

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for (;;) {
      const { done, value } = await readWithin(reader, options);
      if (done) {
        if (expectedBytes !== null && receivedBytes !== expectedBytes) {
          throw new Error(`The connection ended after ${receivedBytes} of ${expectedBytes} bytes`);
        }
        return controller.close();
      }
      receivedBytes += value.byteLength;
      const skipped = Math.min(skip, value.byteLength);
      skip -= skipped;
      if (skipped < value.byteLength) return controller.enqueue(value.subarray(skipped));
    }
  };

  return new ReadableStream({
    pull: async (controller) => {
      try {
        await pull(controller);
      } catch (error) {
        await reader.cancel(error).catch(() => undefined); // it is lost already
        throw options.signal?.aborted ? options.signal.reason : options.fail(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  options: ObjectBodyOptions,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  const finished = new AbortController();
  const idle = options.clock.sleep(options.idleTimeoutMs, finished.signal).then(
    () => {
      throw new DOMException(`No byte within ${options.idleTimeoutMs} ms`, "TimeoutError");
    },
    () => new Promise<never>(() => {}), // the read finished first
  );
  try {
    return await Promise.race([reader.read(), idle]);
  } finally {
    finished.abort();
  }
}

/** The length that the reply declares; `null` when it is unknown, or is that of an encoded form. */
function contentLength(response: Response): number | null {
  const length = response.headers.get("content-length");
  return length === null || response.headers.has("content-encoding") ? null : Number(length);
}
