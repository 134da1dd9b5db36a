/**
 * Restoring a replica of the model: the engine's plan, and transactions instead of pages.
 *
 * @module
 */

import type { ObjectStore } from "../../replicate/object_store.ts";
import type { Position } from "../../replicate/position.ts";
import { listReplica, readSegment } from "../../replicate/replica.ts";
import { LATEST, planRestore } from "../../replicate/restore_plan.ts";
import type { ModelState } from "./model_store.ts";

/**
 * Reads what a start would restore.
 *
 * @param store The replica's objects.
 * @returns The state, or null when there is nothing to restore.
 */
export async function restoreModel(store: ObjectStore): Promise<ModelState | null> {
  const plan = planRestore(await listReplica(store), LATEST);
  if (plan === null) return null;
  let text = await readText(store, plan.snapshot.key);
  let position: Position = { generation: plan.generation, index: plan.snapshot.index, offset: 0 };
  for (const { key, index, offset } of plan.segments) {
    const piece = await readText(store, key);
    if (offset !== (index === position.index ? position.offset : 0)) throw new Error(`There is a gap before ${key}`);
    if (piece.length > 0 || index === position.index) position = { ...position, index, offset: offset + piece.length };
    text += piece;
  }
  // The lines of a snapshot are in the WAL of its index too: pages would be written twice, with the same result.
  const transactions = new Set(text.split("\n").filter((line) => /^\w+\.\d+$/.test(line)));
  return { transactions: Array.from(transactions), position };
}

async function readText(store: ObjectStore, key: string): Promise<string> {
  return new TextDecoder().decode(await readSegment(store, key));
}

/** Writes a history so that one which goes on from another begins with its text. */
export function formatHistory(transactions: readonly string[]): string {
  return transactions.map((transaction) => `${transaction},`).join("");
}
