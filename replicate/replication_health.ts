/**
 * How replication is doing as a whole.
 *
 * @module
 */

import type { ErrorReport } from "./errors.ts";
import type { WriterRole, WriterStatus } from "./writer_status.ts";

/** How replication is doing. */
export interface ReplicationHealth {
  /** What this instance is to its replica; `off` when there is none. */
  readonly role: WriterRole | "off";
  /** Up to where the replica has everything: `<generation>/<index>:<offset>`, or null. */
  readonly position: string | null;
  /** Committed bytes that are not in the replica, as far as they are known of. */
  readonly lagBytes: number;
  /** How long the oldest commit has waited that is not in the replica, in seconds; 0 when none waits. */
  readonly lagSeconds: number;
  /** When an upload last succeeded (RFC 3339), or null. */
  readonly lastSyncAt: string | null;
  /** What prevents replication at present, or null. */
  readonly error: string | null;
}

/** What holds where nothing is replicated. */
export const NO_REPLICATION: ReplicationHealth = {
  role: "off",
  position: null,
  lagBytes: 0,
  lagSeconds: 0,
  lastSyncAt: null,
  error: null,
};

/** What is known beside the replicas' states. */
export interface HealthFacts {
  /** Commits that are not known to be in every replica. */
  readonly pendingCount: number;
  /** The age of the oldest of them, in seconds. */
  readonly oldestAgeSeconds: number;
  /** What keeps the engine from running, or null. */
  readonly failure: ErrorReport | null;
}

/**
 * Sums the replicas' states up: each has to be well.
 *
 * @param statuses The replicas' states; none until the worker has looked.
 * @param facts What is known beside them.
 * @returns The whole.
 */
export function describeHealth(
  statuses: readonly WriterStatus[],
  { pendingCount, oldestAgeSeconds, failure }: HealthFacts,
): ReplicationHealth {
  const knownLagBytes = Math.max(0, ...statuses.map(({ lagBytes }) => lagBytes));
  const lastSyncAtMs = Math.max(...statuses.map((status) => status.lastSyncAtMs ?? 0), 0);
  return {
    role: roleOf(statuses),
    position: statuses[0]?.position ?? null,
    lagBytes: Math.max(knownLagBytes, pendingCount), // a commit that was not looked at has some bytes
    lagSeconds: oldestAgeSeconds,
    lastSyncAt: lastSyncAtMs === 0 ? null : new Date(lastSyncAtMs).toISOString(),
    error: failure?.message ?? statuses.map(faultOf).find((fault) => fault !== null) ?? null,
  };
}

/**
 * Sums the replicas' roles up: an instance writes when it does so everywhere, and is fenced when it is anywhere.
 *
 * @param statuses The replicas' states; none until the worker has looked.
 * @returns The role.
 */
export function roleOf(statuses: readonly WriterStatus[]): WriterRole {
  const roles = statuses.map(({ role }) => role);
  if (roles.includes("fenced")) return "fenced";
  return roles.length > 0 && roles.every((role) => role === "writer") ? "writer" : "waiting";
}

/** What prevents replication, or shows that it does not do what it should. */
function faultOf({ error, lastValidation }: WriterStatus): string | null {
  return error?.message ?? lastValidation?.message ?? null;
}
