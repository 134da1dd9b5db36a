/**
 * What one instance does. To restore is a part of it that is the same in all instances, so it is known for all of them.
 *
 * @module
 */

import { type Act, runInstance } from "./model_instance.ts";
import { type KnownReply, type KnownRequest, type Place, type ProgramOptions, ProgramTree } from "./model_program.ts";
import { restoreModel } from "./model_restore.ts";
import { type ModelReply, ModelStore } from "./model_store.ts";

/** Where an instance stands, which tells all that it may ever do. */
export interface Behaviour {
  /** The number among those of its instance; 0 is where it starts. */
  readonly number: number;
  /** What it asks the store; null when it has ended or is dead. */
  readonly request: KnownRequest | null;
  /** The history up to the last transaction that it has acknowledged; see `formatHistory`. */
  readonly acknowledged: string;
  /** What has made it fail. */
  readonly failure: string | null;
  /** Where its own program stands, and where the restore that this waits for. */
  readonly place: Place;
  readonly restore: Place | null;
}

/** Options of {@linkcode BehaviourTree}. */
export interface BehaviourOptions extends ProgramOptions {
  /** The instance's name. */
  readonly name: string;
  /** How often it starts at the most. */
  readonly startsMax: number;
  /** What it does once it is the writer. */
  readonly acts: readonly Act[];
  /** Whether it takes logs over as it should. */
  readonly isFenced: boolean;
  /** How often it chases a log that grows. */
  readonly chasesMax: number;
  /** Gives equal replies one number. */
  readonly knowReply: (reply: ModelReply) => KnownReply;
  /** What all instances do when they restore. */
  readonly restores: ProgramTree;
}

/** All that is known of what instances do when they restore. */
export function restoreTree(options: ProgramOptions): ProgramTree {
  return new ProgramTree(async (host) => {
    host.say(JSON.stringify(await restoreModel(new ModelStore((request) => host.ask(request)))));
  }, options);
}

/** All that is known of what one instance does. */
export class BehaviourTree {
  readonly #options: BehaviourOptions;
  readonly #places: ProgramTree;
  readonly #known = new Map<string, Behaviour>();

  /** @param options The instance. */
  constructor(options: BehaviourOptions) {
    this.#options = options;
    this.#places = new ProgramTree((host) => runInstance(host, options), options);
  }

  /** Starts the instance, up to its first request. */
  async begin(): Promise<Behaviour> {
    return await this.#arrive(await this.#places.begin());
  }

  /**
   * Answers what an instance waits for.
   *
   * @param behaviour Where it stands.
   * @param reply The reply.
   * @returns Where it stands then; a promise while that is not known.
   */
  after({ place, restore }: Behaviour, reply: KnownReply): Behaviour | Promise<Behaviour> {
    if (restore === null) return chain(this.#places.after(place, reply), (next) => this.#arrive(next));
    return chain(this.#options.restores.after(restore, reply), (next) => this.#goOnRestoring(place, next));
  }

  /** Where it stands once it is dead: what it has acknowledged still counts. */
  dead({ acknowledged }: Behaviour): Behaviour {
    return this.#know(this.#places.over(acknowledged), null);
  }

  #arrive(place: Place): Behaviour | Promise<Behaviour> {
    if (place.request?.value.type !== "restore") return this.#know(place, null);
    return chain(this.#options.restores.begin(), (restore) => this.#know(place, restore));
  }

  #goOnRestoring(place: Place, restore: Place): Behaviour | Promise<Behaviour> {
    if (restore.request !== null || restore.failure !== null) return this.#know(place, restore);
    const reply = this.#options.knowReply({ type: "restored", state: JSON.parse(restore.said) });
    return chain(this.#places.after(place, reply), (next) => this.#arrive(next));
  }

  #know(place: Place, restore: Place | null): Behaviour {
    const key = `${place.number} ${restore?.number}`;
    const known = this.#known.get(key) ?? {
      number: this.#known.size,
      request: (restore ?? place).request,
      acknowledged: place.said,
      failure: place.failure ?? restore?.failure ?? null,
      place,
      restore,
    };
    this.#known.set(key, known);
    return known;
  }
}

function chain<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
