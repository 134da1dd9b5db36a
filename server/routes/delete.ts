/**
 * `DELETE /<id>`: whoever created a paste takes it back.
 *
 * @module
 */

import type { Context } from "hono";
import { findDeleteToken } from "../delete_token.ts";
import { PasteError } from "../errors.ts";
import { isPasteId } from "../paste_id.ts";
import type { DeleteOutcome, PasteStore } from "../paste_store.ts";
import type { HealthProbe } from "../ports.ts";
import { respondEmpty } from "../response.ts";
import { assertWriter } from "../writer_role.ts";
import { notFound } from "./read.ts";

/** What deleting needs. */
export interface DeleteParts {
  /** Where pastes are. */
  readonly store: PasteStore;
  /** Whether this instance may write. */
  readonly health: HealthProbe;
}

/**
 * Makes the handler.
 *
 * @param parts What deleting needs.
 * @returns The handler; it answers 204 when the paste is gone.
 */
export function deletePaste({ store, health }: DeleteParts): (c: Context) => Promise<Response> {
  return async ({ req }) => {
    assertWriter(health, "delete the paste");
    const id = req.param("id") ?? "";
    const outcome = isPasteId(id) ? await store.delete(id, findDeleteToken(req.raw.headers)) : "missing";
    return answer(outcome);
  };
}

function answer(outcome: DeleteOutcome): Response {
  switch (outcome) {
    case "deleted":
      return respondEmpty(204, { "Cache-Control": "no-store" });
    case "forbidden":
      throw new PasteError(
        "wrong-delete-token",
        "Cannot delete the paste as the token is not its own: send the X-Delete-Token that came with its link",
      );
    case "missing":
      throw notFound();
    default:
      return outcome satisfies never;
  }
}
