/**
 * Instances that share a store, and what may happen next.
 *
 * An instance asks for one thing at a time, and what it does follows from the replies alone, so a state is: what the store
 * holds, where each instance stands, what is in flight, and what may still go wrong. A request is carried out and answered
 * in one step: that the reply takes time makes no difference, as nobody else sees it come. The replies of reads are not
 * lost: then the operation begins anew, as it does when the reply of its last write is lost, or if it began later.
 *
 * A reduced world leaves out what makes no difference to what may be acknowledged, restored or found at the end:
 *
 * - The order of a **settled** request and all others. It asks for an object that is there, and objects are never replaced
 *   (that is checked) nor deleted: at any time it finds the same, and it changes nothing for others. So it is answered at
 *   once. Nothing is put off for ever by that: no state comes again, as each step adds to the store, to what an instance
 *   has been told, or uses up what may go wrong. To die before such a request is to die before the one after it, unless
 *   its reply leads to an acknowledgement: then both are explored. To lose its reply is too.
 * - **Death before a write**: the write that is in flight from then on may arrive never.
 * - **Writes in flight** to an object that is there: they change nothing any more.
 * - The **past of an instance** that its future does not depend on; see `ProgramHost.describeBy`.
 * - **Old generations** in a listing. Whatever link is appended next, a start looks only at the chain's last generation
 *   and, in order to restore, at the last with a snapshot: links are read from the end, and none has an object before
 *   its generation has a link (that is checked). Sizes and times are not looked at either: they order only generations
 *   that the chain does not.
 * - **Names**: of instances that do the same, the first to do anything is the first by name.
 *
 * @module
 */

import { type Content, ModelArchive } from "./model_archive.ts";
import { type Behaviour, BehaviourTree, restoreTree } from "./model_behaviour.ts";
import { ModelBucket } from "./model_bucket.ts";
import type { Act } from "./model_instance.ts";
import type { KnownReply, KnownRequest } from "./model_program.ts";
import type { ModelReply, ModelRequest } from "./model_store.ts";

/** What the world is made of. */
export interface WorldOptions {
  /** What each instance does once it is the writer. */
  readonly scripts: readonly (readonly Act[])[];
  /** How often each starts at the most: two that start at the same time could take over from each other for ever. */
  readonly startsMax: number;
  /** How many replies may be lost, and how many instances may die. */
  readonly losses: number;
  readonly crashes: number;
  /** Whether the first instance has acknowledged its first transaction before anything else happens. Default: no. */
  readonly isOwned?: boolean;
  /** Whether the store refuses to create what is there. Default: yes. If not, the world is not reduced. */
  readonly isConditional?: boolean;
  /** Whether instances occupy the end of a log before they go on from it. Default: yes. */
  readonly isFenced?: boolean;
  /** How often instances chase a log that grows, before they block it. Default: until it stands still. */
  readonly chasesMax?: number;
  /** Whether what makes no difference is left out. Default: yes. */
  readonly isReduced?: boolean;
}

/** How things stand. Equal states have the same future. */
export interface State {
  /** What the store holds. */
  readonly content: Content;
  /** Where each instance stands. */
  readonly behaviours: readonly Behaviour[];
  /** Writes that may still arrive, and whose sender waits for no reply any more. */
  readonly inFlight: readonly KnownRequest[];
  /** How many replies may still be lost, and how many instances may still die. */
  readonly losses: number;
  readonly crashes: number;
}

/** Something that may happen. */
export type Step =
  /** A request is carried out, and its reply comes. */
  | { readonly type: "answer"; readonly instance: number }
  /** No reply comes: the request may arrive at any later time, at once or never. */
  | { readonly type: "loss"; readonly instance: number }
  /** An instance dies before its request, or with it in flight. */
  | { readonly type: "death"; readonly instance: number }
  | { readonly type: "late death"; readonly instance: number }
  /** A request arrives whose sender does not wait for it. */
  | { readonly type: "arrival"; readonly request: KnownRequest };

/** Knows what may happen, and what comes of it. */
export class World {
  readonly #options: WorldOptions;
  readonly #isReduced: boolean;
  readonly #isConditional: boolean;
  readonly #archive: ModelArchive;
  readonly #trees: readonly BehaviourTree[];
  #first: readonly Behaviour[] = [];

  /** @param options What it is made of. */
  constructor(options: WorldOptions) {
    const { scripts, startsMax, isFenced = true, chasesMax = Infinity } = options;
    const { isConditional = true, isReduced = true } = options;
    this.#options = options;
    this.#isConditional = isConditional;
    this.#isReduced = isReduced && isConditional;
    this.#archive = new ModelArchive({ isReduced: this.#isReduced });
    const programs = {
      isMerged: this.#isReduced,
      know: (request: ModelRequest) => this.#archive.knowRequest(request),
      knowReply: (reply: ModelReply): KnownReply => this.#archive.knowReply(reply),
    };
    const restores = restoreTree(programs);
    this.#trees = scripts.map((acts, i) => {
      const name = String.fromCharCode(97 + i);
      return new BehaviourTree({ ...programs, name, startsMax, acts, isFenced, chasesMax, restores });
    });
  }

  /** Every instance has started, and asks for something; the store is empty. */
  async begin(): Promise<State> {
    const { losses, crashes, isOwned = false } = this.#options;
    const content = this.#archive.knowContent(new ModelBucket({ isConditional: this.#isConditional }));
    this.#first = await Promise.all(this.#trees.map((tree) => tree.begin()));
    let state = await this.#settle({ content, behaviours: this.#first, inFlight: [], losses, crashes });
    while (isOwned && state.behaviours[0]?.acknowledged === "") {
      state = await this.take(state, { type: "answer", instance: 0 });
    }
    return state;
  }

  /**
   * What may happen next.
   *
   * @param state How things stand.
   * @returns The steps; none when all instances have ended, and nothing is in flight.
   */
  steps(state: State): Step[] {
    const { content, behaviours, inFlight } = state;
    const settled = behaviours.findIndex(({ request }) => request !== null && content.after(request).isSettled);
    if (this.#isReduced && settled !== -1) return this.#stepsOf(state, settled);
    const steps = behaviours.flatMap((_, instance) =>
      this.#isToWait(state, instance) ? [] : this.#stepsOf(state, instance)
    );
    return [...steps, ...inFlight.map((request): Step => ({ type: "arrival", request }))];
  }

  /**
   * Lets a step happen.
   *
   * @param state How things stand.
   * @param step One of its steps.
   * @returns How things stand then; a promise while that is not known.
   */
  take(state: State, step: Step): State | Promise<State> {
    const { content, inFlight, losses, crashes } = state;
    if (step.type === "arrival") {
      const others = inFlight.toSpliced(inFlight.indexOf(step.request), 1);
      return this.#settle({ ...state, content: content.after(step.request).content, inFlight: others });
    }
    const { instance } = step;
    const [behaviour, tree] = [state.behaviours[instance], this.#trees[instance]];
    if (!behaviour?.request || !tree) throw new Error("There is nobody who could do this step");
    const { request } = behaviour;
    switch (step.type) {
      case "answer": {
        const outcome = content.after(request);
        return this.#move({ ...state, content: outcome.content }, instance, tree.after(behaviour, outcome.reply));
      }
      case "loss": {
        const lost = { ...state, losses: losses - 1, inFlight: [...inFlight, request] };
        return this.#move(lost, instance, tree.after(behaviour, this.#archive.lost));
      }
      case "death":
        return this.#move({ ...state, crashes: crashes - 1 }, instance, tree.dead(behaviour));
      case "late death": {
        const dead = { ...state, crashes: crashes - 1, inFlight: [...inFlight, request] };
        return this.#move(dead, instance, tree.dead(behaviour));
      }
    }
  }

  #stepsOf({ content, behaviours, losses, crashes }: State, instance: number): Step[] {
    const request = behaviours[instance]?.request ?? null;
    if (request === null) return [];
    const steps: Step[] = [{ type: "answer", instance }];
    if (losses > 0 && isWrite(request)) steps.push({ type: "loss", instance });
    if (crashes === 0) return steps;
    const isSent = isWrite(request) && !(this.#isReduced && content.after(request).isSettled);
    if (isSent) steps.push({ type: "late death", instance });
    if (!isSent || !this.#isReduced) steps.push({ type: "death", instance });
    return steps;
  }

  /** Whether another that does the same, and has the name before, has to begin before it. */
  #isToWait({ behaviours }: State, instance: number): boolean {
    if (!this.#isReduced || instance === 0) return false;
    const { scripts } = this.#options;
    const isTwin = scripts[instance]?.join() === scripts[instance - 1]?.join();
    return isTwin && behaviours[instance - 1] === this.#first[instance - 1];
  }

  #move(state: State, instance: number, behaviour: Behaviour | Promise<Behaviour>): State | Promise<State> {
    if (behaviour instanceof Promise) return behaviour.then((known) => this.#move(state, instance, known));
    return this.#settle({ ...state, behaviours: state.behaviours.with(instance, behaviour) });
  }

  /** Takes what is in flight in one order; lets happen what makes no difference to anybody else. */
  #settle(state: State): State | Promise<State> {
    const { content } = state;
    const inFlight = state.inFlight.toSorted((a, b) => a.number - b.number);
    if (!this.#isReduced) return { ...state, inFlight };
    return this.#advance({ ...state, inFlight: inFlight.filter((request) => !content.after(request).isSettled) });
  }

  #advance(state: State): State | Promise<State> {
    const { content, behaviours, losses, crashes } = state;
    for (const [instance, behaviour] of behaviours.entries()) {
      const { request } = behaviour;
      if (request === null) continue;
      const { reply, isSettled } = content.after(request);
      if (!isSettled || losses > 0 && isWrite(request)) continue;
      const next = this.#trees[instance]?.after(behaviour, reply) ?? behaviour;
      if (next instanceof Promise) return next.then(() => this.#advance(state));
      if (crashes > 0 && next.acknowledged !== behaviour.acknowledged) continue;
      return this.#advance({ ...state, behaviours: behaviours.with(instance, next) });
    }
    return state;
  }
}

function isWrite({ value }: KnownRequest): boolean {
  return value.type === "create" || value.type === "put";
}
