/**
 * A clock for an engine and an application on one thread.
 *
 * @module
 */

import { type Clock, systemClock } from "../../replicate/clock.ts";

/** A clock for which waiting for no time at all only lets other work have its turn, also when time stands still. */
export function withTurns(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => ms > 0 ? clock.sleep(ms, signal) : systemClock.sleep(0, signal),
  };
}
