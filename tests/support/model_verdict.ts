/**
 * What must hold in every state of a model's world.
 *
 * @module
 */

import type { Restored } from "./model_archive.ts";
import type { Behaviour } from "./model_behaviour.ts";
import type { KnownRequest } from "./model_program.ts";
import type { State, Step } from "./model_world.ts";

/**
 * Says what is wrong: an instance has failed, an object may be replaced, or the history that the next start would restore
 * does not go on from every acknowledged one.
 *
 * @param state How things stand.
 * @returns A sentence, or null; a promise while it is not known what would be restored.
 */
export function findViolation(state: State): string | null | Promise<string | null> {
  const { content, behaviours, inFlight } = state;
  const waiting = behaviours.flatMap(({ request }) => request ?? []);
  const overwriting = [...waiting, ...inFlight].find(({ value }) => content.bucket.isOverwrittenBy(value));
  if (overwriting) return `overwritten: ${describeRequest(overwriting)}`;
  const restored = content.restored();
  return restored instanceof Promise
    ? restored.then((known) => findLoss(behaviours, known))
    : findLoss(behaviours, restored);
}

/**
 * Says what a step is, for people.
 *
 * @param step The step.
 * @param state How things stood before it.
 */
export function describeStep(step: Step, { behaviours }: State): string {
  if (step.type === "arrival") return `arrives late: ${describeRequest(step.request)}`;
  const request = behaviours[step.instance]?.request ?? null;
  const name = String.fromCharCode(97 + step.instance);
  return `${name}: ${request === null ? "nothing" : describeRequest(request)} (${step.type})`;
}

function findLoss(behaviours: readonly Behaviour[], restored: Restored): string | null {
  const failed = behaviours.find(({ failure }) => failure !== null);
  if (failed) return `an instance failed: ${failed.failure}`;
  if (restored.failure !== null) return `cannot be restored: ${restored.failure}`;
  const lost = behaviours.find(({ acknowledged }) => !restored.history.startsWith(acknowledged));
  return lost ? `lost: ${lost.acknowledged}; restored: ${restored.history}` : null;
}

function describeRequest({ value }: KnownRequest): string {
  switch (value.type) {
    case "list":
      return `list ${value.prefix}`;
    case "restore":
      return "restore";
    case "read":
      return `read ${value.key}`;
    case "create":
    case "put":
      return `${value.type} ${value.key} (${value.bytes.byteLength})`;
  }
}
