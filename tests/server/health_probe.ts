/**
 * How replication is doing, as a test wants it.
 *
 * @module
 */

import type { HealthProbe, ReplicationHealth } from "../../server/ports.ts";

/** Tells a state of replication: always the same one, or what is looked up. */
export function probeOf(health: ReplicationHealth | (() => ReplicationHealth)): HealthProbe {
  const read = typeof health === "function" ? health : () => health;
  return { health: read, role: () => read().role };
}
