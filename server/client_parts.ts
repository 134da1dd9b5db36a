/**
 * The parts of the application that follow from the configuration alone: what it tells its clients, and lets them do.
 *
 * @module
 */

import type { AppParts } from "./app.ts";
import { BodyIntake } from "./body_intake.ts";
import type { TrustProxy } from "./client_address.ts";
import type { Clock } from "./clock.ts";
import type { ServerConfig } from "./config.ts";
import { Gate } from "./gate.ts";
import { Grep } from "./grep.ts";
import { logEvent } from "./log.ts";

const NOBODY: TrustProxy = { kind: "none" };
const ONE_PROXY: TrustProxy = { kind: "hops", count: 1 };

const warn = (message: string): void => logEvent("warning", message);

/**
 * Makes those parts.
 *
 * @param config The configuration.
 * @param clock Measures rates and timeouts.
 * @returns The parts.
 */
export function clientParts(
  config: ServerConfig,
  clock: Clock,
): Pick<AppParts, "gate" | "intake" | "grep" | "limits" | "links" | "site" | "expiry" | "clock"> {
  const { baseUrl, behindProxy, maxBytes, perMinuteLimit, uploadTokens, defaultExpiryMs, maxExpiryMs } = config;
  const trustProxy = config.trustProxy ?? (behindProxy ? ONE_PROXY : NOBODY);
  const tokenRequired = uploadTokens.length > 0;
  return {
    gate: new Gate({ perMinuteLimit, trustProxy, uploadTokens, now: () => clock.now(), warn }),
    intake: new BodyIntake({ clock, maxBodyBytes: maxBytes }),
    grep: new Grep(clock),
    limits: {
      maxBytes,
      perMinuteLimit,
      defaultExpirySeconds: inSeconds(defaultExpiryMs),
      maxExpirySeconds: inSeconds(maxExpiryMs),
      uploadTokenRequired: tokenRequired,
    },
    links: { baseUrl, behindProxy },
    site: { ...config, tokenRequired },
    expiry: config,
    clock,
  };
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
