/**
 * What a program does that asks a store, as a function of the replies that it is given: its code runs once for each
 * course of replies, however many worlds have it in common.
 *
 * @module
 */

import type { ModelReply, ModelRequest } from "./model_store.ts";
import type { Registered } from "./register.ts";

/** How many running programs are kept where they wait; others are brought there again from their start. */
const PARKED_MAX = 4_000;

/** A request, and the number that it shares with all its equals. */
export type KnownRequest = Registered<ModelRequest>;

/** A reply, and the number that it shares with all its equals. */
export type KnownReply = Registered<ModelReply>;

/** A place in a program, which tells all that it may ever do. */
export interface Place {
  /** The number among the program's places; 0 is where it starts. */
  readonly number: number;
  /** What it waits for; null when it has ended. */
  readonly request: KnownRequest | null;
  /** What it has said last. */
  readonly said: string;
  /** What has made it fail. */
  readonly failure: string | null;
}

interface Node extends Place {
  readonly origin: { readonly node: Node; readonly reply: KnownReply } | null;
  readonly next: Map<number, Node>;
}

/** What a program is given. */
export interface ProgramHost {
  /** Answers a request, when its turn has come. */
  ask(request: ModelRequest): Promise<ModelReply>;
  /** Hears what others have to know. */
  say(text: string): void;
  /**
   * Is given a description, to be asked for at each request: a text from which, with the request and the replies from
   * then on, all follows that the program does. Null where that is not known, as it is in the midst of something: then
   * it follows from the last text and the replies since.
   */
  describeBy(describe: (request: ModelRequest) => string | null): void;
}

/** A program. It depends on nothing but the replies. */
export type Program = (host: ProgramHost) => Promise<void>;

/** Options of {@linkcode ProgramTree}. */
export interface ProgramOptions {
  /** Whether courses of replies that end in the same state are taken for one. */
  readonly isMerged: boolean;
  /** Numbers its requests. */
  readonly know: (request: ModelRequest) => KnownRequest;
}

/** All that is known of what one program does. */
export class ProgramTree {
  readonly #program: Program;
  readonly #options: ProgramOptions;
  readonly #parked = new Map<Node, Run>();
  readonly #byState = new Map<string, Node>();
  #first: Place | null = null;
  #size = 0;

  /**
   * @param program What runs.
   * @param options Whether states are merged.
   */
  constructor(program: Program, options: ProgramOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** Where it waits first; a promise while that is not known. */
  begin(): Place | Promise<Place> {
    return this.#first ?? this.#start();
  }

  /**
   * Answers what the program waits for.
   *
   * @param place Where it stands.
   * @param reply The reply.
   * @returns Where it stands then; a promise while that is not known.
   */
  after(place: Place, reply: KnownReply): Place | Promise<Place> {
    const node = place as Node;
    return node.next.get(reply.number) ?? this.#explore(node, reply);
  }

  /** Where a program stands that has said something and does nothing any more. */
  over(said: string): Place {
    return this.#know(`over ${said}`, { request: null, said, failure: null }, null);
  }

  async #start(): Promise<Place> {
    return this.#first = this.#arrive(await Run.begin(this.#program, this.#options), null);
  }

  async #explore(node: Node, reply: KnownReply): Promise<Place> {
    const run = this.#parked.get(node) ?? await this.#repeat(node);
    this.#parked.delete(node);
    await run.answer(reply);
    const next = this.#arrive(run, { node, reply });
    node.next.set(reply.number, next);
    return next;
  }

  async #repeat(node: Node): Promise<Run> {
    const replies: KnownReply[] = [];
    for (let { origin } = node; origin !== null; { origin } = origin.node) replies.push(origin.reply);
    const run = await Run.begin(this.#program, this.#options);
    for (const reply of replies.reverse()) await run.answer(reply);
    return run;
  }

  #arrive(run: Run, origin: Node["origin"]): Node {
    const { request, said, failure } = run;
    if (run.isOver && failure === null) return this.over(said) as Node;
    const state = this.#options.isMerged && origin !== null ? `${run.trail} ${said}` : null;
    const node = this.#know(state, { request, said, failure }, origin);
    this.#parked.set(node, run);
    for (const oldest of this.#parked.keys()) {
      if (this.#parked.size <= PARKED_MAX) break;
      this.#parked.delete(oldest);
    }
    return node;
  }

  #know(state: string | null, place: Omit<Place, "number">, origin: Node["origin"]): Node {
    const known = state === null ? undefined : this.#byState.get(state);
    if (known === undefined) {
      const node = { ...place, number: this.#size++, origin, next: new Map<number, Node>() };
      if (state !== null) this.#byState.set(state, node);
      return node;
    }
    const isSame = known.request === place.request && known.said === place.said && known.failure === place.failure;
    if (!isSame) throw new Error(`A program does not do what follows from its state: ${state}`);
    return known;
  }
}

/** A program at work. */
class Run implements ProgramHost {
  /** What it waits for. */
  request: KnownRequest | null = null;
  /** What its future follows from: the last description, and the replies since. */
  trail = "";
  said = "";
  failure: string | null = null;
  isOver = false;
  readonly #options: ProgramOptions;
  #describe: (request: ModelRequest) => string | null = () => null;
  #answer: PromiseWithResolvers<ModelReply> = Promise.withResolvers();
  #waits = Promise.withResolvers<void>();

  private constructor(options: ProgramOptions) {
    this.#options = options;
  }

  static async begin(program: Program, options: ProgramOptions): Promise<Run> {
    const run = new Run(options);
    program(run)
      .catch((error: unknown) => run.failure = String(error))
      .finally(() => {
        run.isOver = true;
        run.#waits.resolve();
      });
    await run.#waits.promise;
    return run;
  }

  async answer(reply: KnownReply): Promise<void> {
    this.request = null;
    this.trail += `,${reply.number}`;
    this.#waits = Promise.withResolvers();
    this.#answer.resolve(reply.value);
    await this.#waits.promise;
  }

  ask(request: ModelRequest): Promise<ModelReply> {
    this.request = this.#options.know(request);
    const state = this.#describe(request);
    if (state !== null) this.trail = `${state} ${this.request.number}`;
    this.#answer = Promise.withResolvers();
    this.#waits.resolve();
    return this.#answer.promise;
  }

  say(text: string): void {
    this.said = text;
  }

  describeBy(describe: (request: ModelRequest) => string | null): void {
    this.#describe = describe;
  }
}
