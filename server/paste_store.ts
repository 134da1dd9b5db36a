/**
 * The port to whatever keeps pastes.
 *
 * @module
 */

import type { NewPaste } from "./paste.ts";
import type { StoredPaste } from "./stored_paste.ts";

/** What whoever creates a paste gets for it. */
export interface Receipt {
  /** The paste's id. */
  readonly id: string;
  /** What may delete it. Nobody can tell it again. */
  readonly deleteToken: string;
  /** From when on it is gone, in milliseconds since 1970; `null` for never. */
  readonly expiresAt: number | null;
}

/** What became of a wish to delete. */
export type DeleteOutcome = "deleted" | "forbidden" | "missing";

/** Keeps pastes under ids that it makes itself. An expired paste is none. */
export interface PasteStore {
  /**
   * Stores a paste.
   *
   * @param paste What to store.
   * @returns The receipt, once the paste is as durable as the operator asked.
   * @throws {PasteError} `storage-full`, `database-busy`, `overloaded`; `not-yet-durable` when it is stored here but
   * may be lost with this machine; `internal` for anything else.
   */
  put(paste: NewPaste): Promise<Receipt>;

  /**
   * Reads a paste, and leaves it where it is.
   *
   * @param id An id of the right form.
   * @returns The paste, at once or promised; `null` when there is none.
   * @throws {PasteError} `database-busy` or `internal`.
   */
  get(id: string): StoredPaste | null | Promise<StoredPaste | null>;

  /**
   * Takes a paste out: of all who ask, exactly one gets it. It is handed out when its removal is as durable as the
   * operator asked, so that no restore brings back what somebody has read; until then it is put back on failure.
   *
   * @param id An id of the right form.
   * @returns The paste; `null` when there is none.
   * @throws {PasteError} As {@linkcode PasteStore.put}; nobody has got the paste then.
   */
  take(id: string): Promise<StoredPaste | null>;

  /**
   * Deletes a paste for whoever has its token.
   *
   * @param id An id of the right form.
   * @param token What the client says the token is.
   * @returns What became of it, once that is as durable as the operator asked.
   * @throws {PasteError} As {@linkcode PasteStore.put}.
   */
  delete(id: string, token: string): Promise<DeleteOutcome>;
}
