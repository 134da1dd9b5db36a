/**
 * Explores what may happen in a {@linkcode World}: every course of events up to a bound, or one by chance.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Option, World, type WorldOptions } from "./model_world.ts";
import type { Random } from "./random.ts";

/** What an exploration has seen. */
export interface Exploration {
  /** How many different worlds. */
  readonly states: number;
  /** What went wrong, with all that led to it; null when nothing did. */
  readonly violation: string | null;
}

/** One course of events, as far as it has gone. */
class Course {
  readonly world: World;
  /** The options that were taken, by their places. */
  readonly path: number[] = [];
  /** How often an instance was interrupted that could have gone on. */
  preemptions = 0;
  #last: number | null = null;

  constructor(world: World) {
    this.world = world;
  }

  /** What may happen next, without more interruptions than allowed. */
  choices(preemptionsMax: number): number[] {
    const options = this.world.options();
    return options.flatMap((option, i) =>
      this.preemptions < preemptionsMax || !this.#interrupts(option, options) ? [i] : []
    );
  }

  async take(choice: number): Promise<void> {
    const options = this.world.options();
    const option = options[choice];
    if (option === undefined) throw new Error("A course of events cannot be repeated: something is left to chance");
    if (this.#interrupts(option, options)) this.preemptions++;
    if (option.instance !== null) this.#last = option.instance;
    this.path.push(choice);
    await option.take();
  }

  /** A digest, as the texts of a hundred thousand worlds fill the memory. */
  fingerprint(): string {
    return createHash("sha256").update(`${this.world.fingerprint()}\n${this.#last}`).digest("base64");
  }

  async findViolation(): Promise<string | null> {
    const violation = await this.world.findViolation();
    return violation === null ? null : [violation, ...this.world.trace].join("\n  ");
  }

  #interrupts(option: Option, options: readonly Option[]): boolean {
    const last = this.#last;
    return last !== null && option.instance !== last && options.some(({ instance }) => instance === last);
  }
}

/**
 * Explores every course of events, each state once. An instance is interrupted between two of its requests at most as
 * often as allowed (a bug that needs more interruptions than two or three is rare); where it ends or dies is free.
 *
 * @param options The world.
 * @param preemptionsMax How many interruptions.
 * @returns What was seen; it ends with the first violation.
 */
export async function exploreAll(options: WorldOptions, preemptionsMax: number): Promise<Exploration> {
  const seen = new Map<string, number>();
  const ahead: number[][] = [[]];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const course = new Course(await World.begin(options));
    for (const choice of path) await course.take(choice);
    for (;;) {
      const violation = await course.findViolation();
      if (violation !== null) return { states: seen.size, violation };
      const fingerprint = course.fingerprint();
      if ((seen.get(fingerprint) ?? Infinity) <= course.preemptions) break;
      seen.set(fingerprint, course.preemptions);
      const [next, ...others] = course.choices(preemptionsMax);
      for (const choice of others) ahead.push([...course.path, choice]);
      if (next === undefined) break;
      await course.take(next);
    }
  }
  return { states: seen.size, violation: null };
}

/**
 * Follows one course of events to its end.
 *
 * @param options The world.
 * @param random Chooses.
 * @returns What was seen.
 */
export async function exploreOne(options: WorldOptions, random: Random): Promise<Exploration> {
  const course = new Course(await World.begin(options));
  for (let states = 1;; states++) {
    const violation = await course.findViolation();
    if (violation !== null) return { states, violation };
    const choices = course.choices(Infinity);
    if (choices.length === 0) return { states, violation: null };
    await course.take(random.pick(choices));
  }
}
