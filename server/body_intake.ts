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
import { Deadlines } from "./deadlines.ts";
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

/** By how much the place for a body grows once it is full: what nobody has sent yet takes little. */
const GROWTH = 8;

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
  readonly #smallBodies: Deadlines;
  #heldBytes = 0;

  /**
   * Makes an intake that holds nothing.
   *
   * @param options The bounds.
   */
  constructor({ clock, maxBodyBytes, maxHeldBytes }: BodyIntakeOptions) {
    this.#clock = clock;
    this.#smallBodies = new Deadlines(clock, BASE_MS);
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
    if (announcedBytes > SMALL_BYTES) return await this.#collect(request, announcedBytes);
    this.#hold(announcedBytes);
    const late = Promise.withResolvers<never>();
    const arrived = this.#smallBodies.set(() => late.reject(tooSlow()));
    const read = request.bytes();
    // It fails once the request has been answered, when nobody waits for it any more.
    read.catch(() => {});
    try {
      return await Promise.race([read, late.promise]);
    } finally {
      arrived();
      this.#heldBytes -= announcedBytes;
    }
  }

  /**
   * Takes in a body whose length nobody knows.
   *
   * @param request The request; its body must not have been read.
   * @param limitBytes The most bytes that are wanted.
   * @returns The bytes; more than the limit when there are more, and not all of the rest is read.
   * @throws {PasteError} `upload-too-slow`, `overloaded`; whatever the server throws when the client goes away.
   */
  upTo(request: Request, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#collect(request, limitBytes, SMALL_BYTES);
  }

  /** Into one buffer, which grows with what has come: neither pieces nor what they are joined to wait for a collector. */
  async #collect(request: Request, announced: number, spareBytes = 0): Promise<Uint8Array<ArrayBuffer>> {
    if (!request.body) return new Uint8Array();
    const mostBytes = announced + spareBytes;
    const reader = byteReader(request.body);
    const watch = new Watch(this.#clock, BASE_MS + mostBytes * 1000 / MIN_BYTES_PER_SECOND, () => cancel(reader));
    let held = 0;
    const hold = (bytes: number): void => {
      this.#hold(bytes - held);
      held = bytes;
    };
    try {
      hold(Math.min(mostBytes, SMALL_BYTES));
      let buffer = new ArrayBuffer(held);
      for (let length = 0;;) {
        const { done, value } = await reader.read(new Uint8Array(buffer, length, Math.min(held - length, SMALL_BYTES)));
        if (watch.expired) throw tooSlow();
        if (!value) return new Uint8Array();
        watch.touch();
        buffer = value.buffer;
        length += value.byteLength;
        if (done || length === mostBytes || length > announced) {
          return new Uint8Array(length < held ? buffer.transfer(length) : buffer);
        }
        // Deno's server never answers a read of a single byte at a body's end: no place that small is left.
        if (held - length > 1) continue;
        if (held === mostBytes) {
          if (mostBytes > announced) return new Uint8Array(buffer.transfer(length));
          continue; // that byte was announced
        }
        hold(Math.min(mostBytes, held * GROWTH));
        buffer = buffer.transfer(held);
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

/** The server's bodies are streams of bytes, which are read without a buffer of their own; any other is made one. */
function byteReader(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStreamBYOBReader {
  try {
    return body.getReader({ mode: "byob" });
  } catch (error) {
    if (!(error instanceof TypeError) || body.locked) throw error;
    return asByteStream(body).getReader({ mode: "byob" });
  }
}

function asByteStream(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = body.getReader();
  return new ReadableStream({
    type: "bytes",
    pull: async (controller) => {
      for (;;) {
        const { done, value } = await source.read();
        if (done) break;
        if (value.byteLength > 0) return controller.enqueue(value); // it takes no empty ones
      }
      controller.close();
      controller.byobRequest?.respond(0); // a waiting read learns of the end
    },
    cancel: (reason) => source.cancel(reason),
  });
}

/** Also ends a read that is waiting. */
function cancel(reader: ReadableStreamBYOBReader): void {
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
