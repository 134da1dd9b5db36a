/**
 * Whether this instance may write.
 *
 * @module
 */

import { PasteError } from "./errors.ts";
import type { HealthProbe } from "./ports.ts";

/**
 * Refuses what an instance must not do once another one writes.
 *
 * @param probe How replication is doing.
 * @param action What is wanted, to follow "Cannot".
 * @throws {PasteError} `fenced`.
 */
export function assertWriter(probe: HealthProbe, action: string): void {
  if (probe.role() === "fenced") {
    throw new PasteError("fenced", `Cannot ${action} as another instance writes now: ask it, or try again`);
  }
}
