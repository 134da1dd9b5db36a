/**
 * Explores what may happen in a {@linkcode World}: every course of events, or one by chance.
 *
 * @module
 */

import { describeStep, findViolation } from "./model_verdict.ts";
import { type State, type Step, World, type WorldOptions } from "./model_world.ts";
import type { Random } from "./random.ts";

/** What an exploration has seen. */
export interface Exploration {
  /** How many states. */
  readonly states: number;
  /** What went wrong, with all that led to it; null when nothing did. */
  readonly violation: string | null;
  /** The states in which all instances have ended. */
  readonly ends: readonly State[];
}

/** A state on the way, and what may happen there that was not looked at. */
interface Turn {
  readonly state: State;
  readonly steps: Step[];
  /** The step that is being looked at. */
  step: Step | null;
}

/**
 * Explores every course of events, each state once.
 *
 * @param options The world.
 * @returns What was seen; it ends with the first violation.
 */
export async function exploreAll(options: WorldOptions): Promise<Exploration> {
  const world = new World(options);
  const seen = new StateSet();
  const ends: State[] = [];
  const way: Turn[] = [];
  let state: State | null = await world.begin();
  while (state !== null) {
    if (seen.add(state)) {
      const found = findViolation(state);
      const violation = found instanceof Promise ? await found : found;
      if (violation !== null) {
        return { states: seen.size, violation: [violation, ...describeWay(way)].join("\n  "), ends };
      }
      if (hasEnded(state)) ends.push(state);
      way.push({ state, steps: world.steps(state), step: null });
    }
    state = null;
    while (state === null && way.length > 0) {
      const next = takeNext(world, way);
      state = next instanceof Promise ? await next : next;
    }
  }
  return { states: seen.size, violation: null, ends };
}

/** Takes the next step at the end of the way; goes back from there when there is none. */
function takeNext(world: World, way: Turn[]): State | null | Promise<State> {
  const turn = way.at(-1);
  if (turn === undefined) return null;
  turn.step = turn.steps.pop() ?? null;
  if (turn.step !== null) return world.take(turn.state, turn.step);
  way.pop();
  return null;
}

/**
 * Follows one course of events to its end.
 *
 * @param options The world.
 * @param random Chooses.
 * @returns What was seen.
 */
export async function exploreOne(options: WorldOptions, random: Random): Promise<Exploration> {
  const world = new World(options);
  const way: Turn[] = [];
  for (let state = await world.begin();;) {
    const found = await findViolation(state);
    const violation = found === null ? null : [found, ...describeWay(way)].join("\n  ");
    const steps = world.steps(state);
    if (violation !== null || steps.length === 0) return { states: way.length + 1, violation, ends: [state] };
    const step = random.pick(steps);
    way.push({ state, steps, step });
    state = await world.take(state, step);
  }
}

function hasEnded({ behaviours }: State): boolean {
  return behaviours.every(({ request }) => request === null);
}

function describeWay(way: readonly Turn[]): string[] {
  return way.flatMap(({ state, step }) => step === null ? [] : describeStep(step, state));
}

/** Numbers of instances' behaviours stay below this: memory ends before. */
const BEHAVIOURS_MAX = 2 ** 26;

/** States that were seen: two numbers fit into one, which costs the least memory. */
class StateSet {
  readonly #seen = new Map<string, Set<number>>();
  size = 0;

  /** Adds one; says whether it was not there. */
  add({ content, behaviours, inFlight, losses, crashes }: State): boolean {
    const [first = 0, second = 0, ...others] = behaviours.map(({ number }) => number);
    const place = [content.number, losses, crashes, ...others, "", ...inFlight.map(({ number }) => number)].join();
    const seen = this.#seen.get(place) ?? new Set();
    this.#seen.set(place, seen);
    const sizeBefore = seen.size;
    seen.add(first * BEHAVIOURS_MAX + second);
    if (seen.size === sizeBefore) return false;
    this.size++;
    return true;
  }
}
