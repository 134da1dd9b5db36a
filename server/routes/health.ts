/**
 * For those who watch the instance: `/healthz` and `/readyz`.
 *
 * @module
 */

import type { HealthProbe, ReplicationHealth } from "../ports.ts";
import { respond } from "../response.ts";

/**
 * Answers `/healthz`: the process is up, whatever else it does.
 *
 * @returns Always 200.
 */
export function healthz(): Response {
  return respond("ok\n", { form: "text", headers: { "Cache-Control": "no-store" } });
}

/**
 * Makes the handler of `/readyz`: 200 when pastes can be created and replication works, 503 when not.
 *
 * @param probe How replication is doing.
 * @param phase Whether the database is open already.
 * @returns The handler.
 */
export function readyz(probe: HealthProbe, phase: "starting" | "serving"): () => Response {
  return () => {
    const health = probe.health();
    const ready = phase === "serving" && isHealthy(health);
    const replication = { ...health, lagSeconds: Math.round(health.lagSeconds * 1000) / 1000 };
    return respond(`${JSON.stringify({ ready, replication })}\n`, {
      form: "json",
      status: ready ? 200 : 503,
      headers: { "Cache-Control": "no-store" },
    });
  };
}

function isHealthy({ role, error }: ReplicationHealth): boolean {
  return (role === "writer" || role === "off") && error === null;
}
