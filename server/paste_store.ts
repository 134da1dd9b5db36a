/**
 * The port to whatever keeps pastes.
 *
 * @module
 */

import type { NewPaste } from "./paste.ts";

/** A paste as it was stored. */
export interface StoredPaste {
  /** Its bytes, exactly as they came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The name of the file it came from; `null` when it had none. */
  readonly name: string | null;
}

/** Keeps pastes under ids that it makes itself. */
export interface PasteStore {
  /**
   * Stores a paste.
   *
   * @param paste What to store.
   * @returns The id, once the paste is as durable as the operator asked.
   * @throws {PasteError} `storage-full`, `database-busy`, `overloaded`; `not-yet-durable` when it is stored here but
   * may be lost with this machine; `internal` for anything else.
   */
  put(paste: NewPaste): Promise<string>;

  /**
   * Reads a paste.
   *
   * @param id An id of the right form.
   * @returns The paste; `null` when there is none.
   * @throws {PasteError} `database-busy` or `internal`.
   */
  get(id: string): Promise<StoredPaste | null>;
}
