/**
 * Instances that share a bucket, stepped one request at a time: what may happen next is a list to choose from.
 *
 * @module
 */

import { type Act, restoreModel, runInstance } from "./model_instance.ts";
import { ModelBucket, ModelStore, type PendingStep } from "./model_store.ts";

/** What the world is made of. */
export interface WorldOptions {
  /** What each instance does once it is the writer. */
  readonly scripts: readonly (readonly Act[])[];
  /** How many replies may be lost, and how many instances may die. */
  readonly losses: number;
  readonly crashes: number;
  /** Whether the store refuses to create what is there. Default: yes. */
  readonly isConditional?: boolean;
  /** Whether instances occupy the end of a log before they go on from it. Default: yes. */
  readonly isFenced?: boolean;
}

/** Something that may happen next. */
export interface Option {
  /** What it is, for people. */
  readonly label: string;
  /** Whose step it is; null for a request whose sender is dead. */
  readonly instance: number | null;
  /** Has it happen; resolves when everybody waits again. */
  readonly take: () => Promise<void>;
}

interface Actor {
  readonly name: string;
  pending: PendingStep | null;
  isDone: boolean;
  isDead: boolean;
  history: string;
  failure: unknown;
  /** Resolves when it waits for a reply, or has ended. */
  waits: PromiseWithResolvers<void>;
}

/** One course of events. */
export class World {
  readonly #options: WorldOptions;
  readonly #bucket: ModelBucket;
  readonly #acknowledged: string[] = [];
  readonly #actors: Actor[];
  readonly #inFlight: PendingStep[] = [];
  readonly #trace: string[] = [];
  #losses: number;
  #crashes: number;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#bucket = new ModelBucket({ isConditional: options.isConditional ?? true });
    this.#losses = options.losses;
    this.#crashes = options.crashes;
    this.#actors = options.scripts.map((_, i) => ({
      name: String.fromCharCode(97 + i),
      pending: null,
      isDone: false,
      isDead: false,
      history: "",
      failure: null,
      waits: Promise.withResolvers<void>(),
    }));
  }

  /** Lets every instance start, up to its first request. */
  static async begin(options: WorldOptions): Promise<World> {
    const world = new World(options);
    for (const [i, actor] of world.#actors.entries()) world.#start(actor, options.scripts[i] ?? []);
    await Promise.all(world.#actors.map(({ waits }) => waits.promise));
    return world;
  }

  /** Everything that has happened. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  /** How many transactions were acknowledged. */
  get acknowledgedCount(): number {
    return this.#acknowledged.length;
  }

  /** Equal texts are worlds with the same future. */
  fingerprint(): string {
    const actors = this.#actors.map(({ isDone, isDead, history }) => `${isDead ? "dead" : isDone}${history}`);
    const flying = this.#inFlight.map(({ label }) => label).sort();
    return [this.#bucket.fingerprint(), ...actors, ...flying, this.#losses, this.#crashes].join("\n");
  }

  /** What may happen next; nothing when all have ended. */
  options(): Option[] {
    const options: Option[] = [];
    for (const [i, actor] of this.#actors.entries()) {
      const step = actor.pending;
      if (step === null) continue;
      options.push(this.#option(i, `${actor.name}: ${step.label}`, () => this.#answer(actor, step)));
      if (this.#losses > 0 && step.isWrite) {
        options.push(this.#option(i, `${actor.name}: ${step.label}, reply lost`, () => this.#lose(actor, step)));
      }
      if (this.#crashes === 0) continue;
      options.push(this.#option(i, `${actor.name} dies before: ${step.label}`, () => this.#crash(actor, null)));
      if (!step.isWrite) continue;
      options.push(this.#option(i, `${actor.name} dies, late: ${step.label}`, () => this.#crash(actor, step)));
    }
    for (const step of this.#inFlight) {
      options.push(this.#option(null, `arrives late: ${step.label}`, () => {
        this.#inFlight.splice(this.#inFlight.indexOf(step), 1);
        step.carryOut();
        return Promise.resolve();
      }));
    }
    return options;
  }

  /**
   * Says what is wrong.
   *
   * @returns A sentence, or null when every acknowledged transaction would be restored, once.
   */
  async findViolation(): Promise<string | null> {
    const failed = this.#actors.find(({ failure }) => failure !== null);
    if (failed) return `${failed.name} failed: ${failed.failure}`;
    try {
      const restored = (await restoreModel(this.#bucket.asStore()))?.transactions ?? [];
      const missing = this.#acknowledged.filter((transaction) => !restored.includes(transaction));
      return missing.length === 0 ? null : `lost: ${missing}; restored: ${restored}`;
    } catch (error) {
      return `cannot be restored: ${error}`;
    }
  }

  #option(instance: number | null, label: string, happen: () => Promise<void>): Option {
    const take = async (): Promise<void> => {
      this.#trace.push(label);
      await happen();
    };
    return { label, instance, take };
  }

  #start(actor: Actor, acts: readonly Act[]): void {
    const store = new ModelStore(this.#bucket, (step) => {
      actor.pending = step;
      actor.waits.resolve();
    });
    const acknowledge = (transaction: string): void => {
      if (!actor.isDead) this.#acknowledged.push(transaction);
    };
    runInstance(store, { name: actor.name, acts, acknowledge, isFenced: this.#options.isFenced ?? true })
      .catch((error: unknown) => actor.failure = error)
      .finally(() => {
        actor.isDone = true;
        actor.waits.resolve();
      });
  }

  #answer(actor: Actor, step: PendingStep): Promise<void> {
    return this.#reply(actor, `${step.label} = ${step.carryOut()}`, step.reply);
  }

  #lose(actor: Actor, step: PendingStep): Promise<void> {
    this.#losses--;
    step.carryOut();
    return this.#reply(actor, `${step.label}?`, step.loseReply);
  }

  async #reply(actor: Actor, label: string, reply: () => void): Promise<void> {
    actor.history += `\n${label}`;
    actor.pending = null;
    actor.waits = Promise.withResolvers<void>();
    reply();
    await actor.waits.promise;
  }

  #crash(actor: Actor, late: PendingStep | null): Promise<void> {
    this.#crashes--;
    actor.isDead = true;
    actor.pending = null;
    if (late !== null) this.#inFlight.push(late);
    return Promise.resolve();
  }
}
