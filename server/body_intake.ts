/**
 * Bodies on their way in: how long they may take, and how much memory all of them may hold together.
 *
 * Whoever sends slowly holds a place in memory for what has come so far. Deno's server sets no bound on either: no
 * time limit, and as much memory as there are connections. Nor does it let us close a connection: after the answer it
 * stays until its client goes, but nothing of the body stays with it.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { PasteError } from "./errors.ts";

/** The longest silence within a body, in milliseconds. */
const IDLE_MS = 30_000;

/** How long any body may take, in milliseconds; a larger one has more time by {@linkcode MIN_BYTES_PER_SECOND}. */
const BASE_MS = 60_000;

/** What a sender must reach on average after the first minute. */
const MIN_BYTES_PER_SECOND = 16 * 1024;

/** The most bytes of bodies on their way in; one body alone may be as large as a paste may. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** Up to here a body is taken in one go, which is cheaper, and counted as a whole from its first byte on. */
const SMALL_BYTES = 64 * 1024;

/** The bounds of a {@linkcode BodyIntake}. */
export interface BodyIntakeOptions {
  /** Measures the times. */
  readonly clock: Clock;
  /** The largest body, in bytes: a single one is never refused for want of memory. */
  readonly maxBodyBytes: number;
  /** The most bytes of all bodies together. Default: 64 MiB, or four of the largest bodies. */
  readonly maxHeldBytes?: number;
}

/** Takes in bodies, within bounds that all of them share. */
export class BodyIntake {
  readonly #clock: Clock;
  readonly #maxHeldBytes: number;
  #heldBytes = 0;

  /**
   * Makes an intake that holds nothing.
   *
   * @param options The bounds.
   */
  constructor({ clock, maxBodyBytes, maxHeldBytes }: BodyIntakeOptions) {
    this.#clock = clock;
    this.#maxHeldBytes = maxHeldBytes ?? Math.max(MAX_HELD_BYTES, 4 * maxBodyBytes);
  }

  /** The bytes that are held now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes in a body whose length is known.
   *
   * @param request The request; its body must not have been read.
   * @param announcedBytes The length that the server holds its sender to.
   * @returns The bytes.
   * @throws {PasteError} `upload-too-slow`, `overloaded`; whatever the server throws when the client goes away.
   */
  async whole(request: Request, announcedBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (announcedBytes > SMALL_BYTES) return joined(await Array.fromAsync(this.chunks(request, announcedBytes)));
    this.#hold(announcedBytes);
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.after(BASE_MS, () => late.reject(tooSlow()));
    const read = request.bytes();
    // It fails once the request has been answered, when nobody waits for it any more.
    read.catch(() => {});
    try {
      return await Promise.race([read, late.promise]);
    } finally {
      cancel();
      this.#heldBytes -= announcedBytes;
    }
  }

  /**
   * Takes in a body piece by piece. What has come is held until the iteration ends.
   *
   * @param request The request; its body must not have been read.
   * @param limitBytes The length that the body will not pass.
   * @returns The pieces.
   * @throws {PasteError} `upload-too-slow`, `overloaded`; whatever the server throws when the client goes away.
   */
  async *chunks(request: Request, limitBytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const reader = request.body?.getReader();
    if (!reader) return;
    const watch = new Watch(this.#clock, BASE_MS + limitBytes * 1000 / MIN_BYTES_PER_SECOND, () => cancel(reader));
    let held = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (watch.expired) throw tooSlow();
        if (done) return;
        this.#hold(value.byteLength);
        held += value.byteLength;
        watch.touch();
        yield value;
      }
    } finally {
      watch.stop();
      this.#heldBytes -= held;
      cancel(reader);
    }
  }

  #hold(bytes: number): void {
    if (this.#heldBytes + bytes > this.#maxHeldBytes) {
      throw new PasteError("overloaded", "Cannot take in the paste as too many are being sent at once: try again");
    }
    this.#heldBytes += bytes;
  }
}

/** Watches one body with one timer, however many pieces it comes in. */
class Watch {
  readonly #clock: Clock;
  readonly #endAt: number;
  readonly #onExpired: () => void;
  #idleAt: number;
  #cancel: () => void = () => {};
  expired = false;

  constructor(clock: Clock, totalMs: number, onExpired: () => void) {
    this.#clock = clock;
    this.#endAt = clock.now() + totalMs;
    this.#idleAt = clock.now() + IDLE_MS;
    this.#onExpired = onExpired;
    this.#wait();
  }

  touch(): void {
    this.#idleAt = this.#clock.now() + IDLE_MS;
  }

  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    const leftMs = Math.min(this.#idleAt, this.#endAt) - this.#clock.now();
    if (leftMs > 0) {
      // The system's clock may be set back meanwhile: no wait is longer than it would be from here.
      this.#cancel = this.#clock.after(Math.min(leftMs, IDLE_MS), () => this.#wait());
      return;
    }
    this.expired = true;
    this.#onExpired();
  }
}

/** Also ends a read that is waiting. */
function cancel(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>): void {
  reader.cancel().catch(() => {}); // the body is gone already: all the better
}

function tooSlow(): PasteError {
  return new PasteError(
    "upload-too-slow",
    "Cannot wait for the rest of the paste as it comes too slowly: send it again",
    {
      headers: { "Connection": "close" },
    },
  );
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
