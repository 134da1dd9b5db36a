/**
 * Objects' contents, written and read by the contract's tests.
 *
 * @module
 */

import { ReplicateError } from "../../replicate/errors.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";

/** Reads an object to its end. A body may break off: whoever reads goes on from where it was. */
export async function readAll(store: ObjectStore, key: string, offset = 0): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let count = 0;
  for (let tries = 0; tries < 50; tries++) {
    try {
      for await (const chunk of await store.read(key, { offset: offset + count })) {
        chunks.push(chunk);
        count += chunk.length;
      }
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    } catch (error) {
      if (!(error instanceof ReplicateError) || !error.retryable) throw error;
    }
  }
  throw new Error(`Cannot read "${key}" to its end`);
}

/** Reads an object that is text. */
export async function readText(store: ObjectStore, key: string): Promise<string> {
  return new TextDecoder().decode(await readAll(store, key));
}

/** The keys that a listing gives. */
export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

/** A stream of these pieces. */
export async function* pieces(...chunks: Uint8Array<ArrayBuffer>[]): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Text as bytes. */
export function text(content: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(content);
}

/** A digest, to compare what is too large to be compared by a test. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
