/**
 * Time for an engine that has nothing to do.
 *
 * @module
 */

import type { FakeClock } from "./fake_clock.ts";

/** So many sleep while the engine has nothing to do: the loop of its one replica, and the watch on the WAL's bound. */
const IDLE_SLEEPERS = 2;

/**
 * Lets an idle engine with one replica live through some time, tick by tick.
 *
 * @param clock Its clock; its store must have another one.
 * @param ms How long, in milliseconds.
 */
export async function passTime(clock: FakeClock, ms: number): Promise<void> {
  for (let restMs = ms;;) {
    await clock.whenPending(IDLE_SLEEPERS);
    const stepMs = Math.min(restMs, clock.nextDueInMs ?? restMs);
    await clock.advance(stepMs);
    restMs -= stepMs;
    if (restMs === 0) break;
  }
  await clock.whenPending(IDLE_SLEEPERS);
}

/**
 * Lets a time pass in which such an engine has nothing to do, without the ticks in it.
 *
 * @param clock Its clock; its store must have another one.
 * @param ms How long, in milliseconds.
 */
export async function skipTime(clock: FakeClock, ms: number): Promise<void> {
  await clock.whenPending(IDLE_SLEEPERS);
  await clock.leap(ms);
  await clock.whenPending(IDLE_SLEEPERS);
}
