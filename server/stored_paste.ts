/**
 * Pastes as they are kept: compressed where that helps.
 *
 * @module
 */

import type { Codec } from "./codec.ts";
import type { StorageCoding } from "./codec_job.ts";

/** What is known of a paste, without its bytes. */
export interface PasteFacts {
  /** Its id. */
  readonly id: string;
  /** The name of the file it came from; `null` when it had none. */
  readonly name: string | null;
  /** When it was created, in milliseconds since 1970; `null` when the database does not say. */
  readonly createdAt: number | null;
  /** From when on it is gone, in milliseconds since 1970; `null` for never. */
  readonly expiresAt: number | null;
  /** Whether it is gone with its first reader. */
  readonly burn: boolean;
  /** How many bytes it has. */
  readonly size: number;
}

/** The bytes of a paste as they lie in the database. */
export interface StoredContent {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How they are compressed; `null` for not at all. */
  readonly coding: StorageCoding | null;
}

/** What a paste in memory takes beside its bytes, in bytes: an estimate. */
const OVERHEAD_BYTES = 1024;

/**
 * What an answer takes that is kept of a paste, beside the bytes that it shares with it: an estimate. One is kept for
 * each form, unless the paste expires (`raw_answer.ts`).
 */
const KEPT_ANSWER_BYTES = 2048;

/** A paste, with its bytes in both forms. */
export class StoredPaste {
  /** What is known of it. */
  readonly facts: PasteFacts;
  #stored: StoredContent;
  readonly #codec: Codec;
  #plain: Promise<Uint8Array<ArrayBuffer>> | null = null;

  /**
   * Puts a paste together.
   *
   * @param facts What is known of it.
   * @param stored Its bytes as they are stored.
   * @param codec Gets them back in their plain form.
   */
  constructor(facts: PasteFacts, stored: StoredContent, codec: Codec) {
    this.facts = facts;
    this.#stored = stored;
    this.#codec = codec;
  }

  /** Its bytes as they are stored. */
  get stored(): StoredContent {
    return this.#stored;
  }

  /**
   * Its bytes as they came. Decompressed once, however many ask.
   *
   * @returns The bytes; must not be changed.
   * @throws {Error} When what is stored is damaged.
   */
  plain(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#plain ??= this.#decompress().catch((error) => {
      this.#plain = null; // a thread that has died is no reason to fail for ever
      throw error;
    });
  }

  /**
   * Takes a copy of one of its forms in the place of its own, which whoever has made the copy keeps for other reasons:
   * so there are not two in memory.
   *
   * @param form Which form.
   * @param bytes The same bytes; must not be changed.
   */
  adopt(form: "plain" | "stored", bytes: Uint8Array<ArrayBuffer>): void {
    const { coding } = this.#stored;
    if (form === "stored" || coding === null) this.#stored = { bytes, coding };
    if (form === "plain" || coding === null) this.#plain = Promise.resolve(bytes);
  }

  /** The most memory that it takes, in bytes: with both forms, and the answers that are kept of them. */
  get memoryBytes(): number {
    const isPacked = this.#stored.coding !== null;
    const plainBytes = isPacked ? this.facts.size : 0;
    const answers = this.facts.expiresAt === null ? (isPacked ? 2 : 1) : 0;
    return this.#stored.bytes.byteLength + plainBytes + OVERHEAD_BYTES + answers * KEPT_ANSWER_BYTES;
  }

  async #decompress(): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, coding } = this.#stored;
    if (coding === null) return bytes;
    const result = await this.#codec.run({ kind: "decompress", bytes, plainBytes: this.facts.size });
    if ("failure" in result) throw new Error(`Cannot decompress a paste: ${result.reason}`);
    return result.bytes;
  }
}
