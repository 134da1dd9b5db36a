/**
 * Ending work that leaves files behind when it is simply killed.
 *
 * @module
 */

import type { Shell } from "./shell.ts";

/**
 * Runs something that a signal ends early, so that it can take away what it has begun.
 *
 * @param shell Where signals come from.
 * @param operation Gets a signal that fires with the first of them.
 * @returns What it returns.
 * @throws {DOMException} Named `AbortError`, when the operation honours the signal.
 */
export async function interruptible<T>(
  { onSignal }: Pick<Shell, "onSignal">,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const undo = onSignal((name) => controller.abort(new DOMException(`Interrupted by ${name}`, "AbortError")));
  try {
    return await operation(controller.signal);
  } finally {
    undo();
  }
}
