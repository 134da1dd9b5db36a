/**
 * Of several replicas, the one to restore from.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import type { GenerationListing } from "../listing.ts";
import { listReplica } from "../replica.ts";
import { planRestore, type RestorePlan, type RestoreTarget } from "../restore_plan.ts";
import type { OpenReplica, Subject } from "./sources.ts";

/** A replica, and what a restore from it takes. */
export interface ChosenReplica extends OpenReplica {
  /** The objects. */
  readonly plan: RestorePlan;
  /** When the newest of them was written, in milliseconds since 1970. */
  readonly writtenAtMs: number;
}

/**
 * Finds the replica whose state is the newest that the target allows. All are asked: the one that does not answer may
 * be the newest.
 *
 * @param subject The replicas.
 * @param target What to restore.
 * @returns The replica, or null when no replica holds any snapshot.
 * @throws {ReplicateError} `object-missing` when there are snapshots and none fits the target, or the WAL has a gap;
 * what the stores throw.
 */
export async function chooseReplica({ replicas }: Subject, target: RestoreTarget): Promise<ChosenReplica | null> {
  let newest: ChosenReplica | null = null;
  const listings: GenerationListing[] = [];
  for (const replica of replicas) {
    const listing = await listReplica(replica.store);
    listings.push(...listing);
    const plan = planRestore(listing, target);
    if (plan === null) continue;
    const objects = [plan.snapshot, ...plan.segments];
    const writtenAtMs = objects.reduce((latest, { modifiedAtMs }) => Math.max(latest, modifiedAtMs), 0);
    if (newest === null || writtenAtMs > newest.writtenAtMs) newest = { ...replica, plan, writtenAtMs };
  }
  if (newest === null) refuseTarget(listings, target);
  return newest;
}

/** Says what there is instead of what was asked for. */
function refuseTarget(listings: readonly GenerationListing[], { generation, index, timestampMs }: RestoreTarget): void {
  const snapshots = listings.flatMap((listing) => listing.snapshots);
  if (snapshots.length === 0) return;
  const known = listings.filter((listing) => listing.snapshots.length > 0);
  const meant = generation === null ? known : known.filter((listing) => listing.generation === generation);
  if (meant.length === 0) {
    const names = known.map((listing) => `"${listing.generation}"`).join(", ");
    throw new ReplicateError(
      "object-missing",
      `Cannot restore the generation "${generation}" as it has no snapshot: there is ${names}`,
    );
  }
  const [first] = meant.flatMap((listing) => listing.snapshots).sort((a, b) => a.modifiedAtMs - b.modifiedAtMs);
  if (timestampMs !== null && first !== undefined) {
    const [asked, from] = [timestampMs, first.modifiedAtMs].map((ms) => new Date(ms).toISOString());
    throw new ReplicateError(
      "object-missing",
      `Cannot restore the state at ${asked} as the first snapshot was written later: give a time from ${from}`,
    );
  }
  const lowest = Math.min(...meant.flatMap((listing) => listing.snapshots.map((snapshot) => snapshot.index)));
  throw new ReplicateError(
    "object-missing",
    `Cannot restore the index "${index?.toString(16)}" as it has no snapshot at or before it: ` +
      `give one from "${lowest.toString(16)}"`,
  );
}
