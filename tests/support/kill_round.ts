/**
 * One round of a kill loop: a service under load that is killed in some instant.
 *
 * @module
 */

import { Load, type Pastes } from "./paste_client.ts";
import type { Random } from "./random.ts";
import { type Environment, ServiceProcess } from "./service_process.ts";

/** What one round does before it is killed. */
export interface RoundPlan {
  /** A kill comes after so many answers at the most. */
  readonly answersMax: number;
  /** The largest paste. */
  readonly bytesMax: number;
  /** How many send at a time. */
  readonly connections: number;
}

/** One in so many kills comes by time alone: while the service starts, restores or waits, as it happens. */
const EARLY_ONE_IN = 5;

/** The latest of these, in milliseconds after the service listens. */
const EARLY_MS_MAX = 300;

/**
 * Starts a service, has it stored to by several at a time, and kills it in an instant that chance chooses.
 *
 * @param random Chance.
 * @param env The service's environment.
 * @param plan How much it is asked for.
 * @returns The pastes that were answered with 200.
 */
export async function killedRound(random: Random, env: Environment, plan: RoundPlan): Promise<Pastes> {
  await using service = await ServiceProcess.start(env);
  const load = new Load(service.url, random, plan);
  const answers = random.integer(0, plan.answersMax);
  const earlyMs = random.integer(1, EARLY_ONE_IN) === 1 ? random.integer(0, EARLY_MS_MAX) : Infinity;
  const beganAt = performance.now();
  try {
    await service.until(`${answers} pastes are stored`, () => {
      return load.answered.size >= answers || performance.now() - beganAt >= earlyMs || null;
    }, { pauseMs: 1 });
    await service.end("SIGKILL");
  } finally {
    await load.stop();
  }
  return load.answered;
}
