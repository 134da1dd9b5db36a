/**
 * An instance of the engine without SQLite: its database is a list of transactions, its WAL their names, one in a line.
 * All that it does in the store is done by the engine's own code.
 *
 * @module
 */

import { ReplicateError } from "../../replicate/errors.ts";
import { type Generation, parseGeneration } from "../../replicate/generation.ts";
import { nextIndex } from "../../replicate/log_end.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { formatSnapshotKey, GENERATIONS_PREFIX } from "../../replicate/object_key.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { comparePlaces, type Position } from "../../replicate/position.ts";
import { inherit, succeed } from "../../replicate/succession.ts";
import { ForeignWriterError, ReplicaSync } from "../../replicate/sync.ts";
import { CHAIN_PREFIX } from "../../replicate/chain.ts";
import { FakeClock } from "./fake_clock.ts";
import type { ProgramHost } from "./model_program.ts";
import { formatHistory } from "./model_restore.ts";
import { type ModelRequest, ModelStore } from "./model_store.ts";
import { ModelWal } from "./model_wal.ts";

/**
 * What an instance does once it is the writer: a transaction, a restart of the WAL, a new generation since a WAL was lost
 * that had a transaction, a clean end.
 */
export type Act = "commit" | "restart" | "anew" | "close";

/** Options of {@linkcode runInstance}. */
export interface InstanceOptions {
  /** Names its transactions. */
  readonly name: string;
  /** How often it starts at the most: it does so again when it loses a claim, having written nothing. */
  readonly startsMax: number;
  /** What it does. */
  readonly acts: readonly Act[];
  /** Whether it takes logs over as it should. A test turns that off to see that the loss is found. */
  readonly isFenced: boolean;
  /** How often it chases a log that grows. The engine's own number is more than any instance here appends. */
  readonly chasesMax: number;
}

/**
 * Starts on an empty disk, takes the replica over, and writes until it is done or fenced.
 *
 * @param host Answers its requests, and is told the history up to each transaction that it acknowledges: nothing of that
 * may be lost.
 * @param options What it does.
 */
export async function runInstance(host: ProgramHost, options: InstanceOptions): Promise<void> {
  for (let life = 0; life < options.startsMax; life++) {
    const instance = new Instance(host, options, life);
    try {
      await instance.begin();
    } catch (error) {
      if (error instanceof ForeignWriterError) continue;
      throw error;
    }
    try {
      for (const act of options.acts) await instance.act(act);
    } catch (error) {
      if (!(error instanceof ForeignWriterError)) throw error;
    }
    return;
  }
}

class Instance {
  readonly #host: ProgramHost;
  readonly #store: ObjectStore;
  readonly #options: InstanceOptions;
  readonly #ordinal: number;
  /** Salts make each WAL's bytes its own; here each line carries the name of the life that wrote it. */
  readonly #life: string;
  readonly #sync: ReplicaSync;
  #transactions: string[] = [];
  #wal = new ModelWal();
  /** What the engine is at, and whether it has not asked for anything yet. */
  #operation = { name: "", isFresh: true };
  /** What it has restored last. */
  #restored: Position | null = null;
  #acts = 0;
  #lines = 0;
  #generations = 0;

  constructor(host: ProgramHost, options: InstanceOptions, ordinal: number) {
    this.#host = host;
    this.#store = new ModelStore((request) => host.ask(request));
    this.#options = options;
    this.#ordinal = ordinal;
    this.#life = `${options.name}${ordinal}`;
    this.#sync = new ReplicaSync(this.#store, Infinity);
    host.describeBy((request) => this.#describe(request));
  }

  async begin(): Promise<void> {
    const heritage = await this.#untilReachable("inherit", () => {
      this.#restored = null;
      this.#transactions = [];
      return inherit(this.#store, {
        restore: () => this.#restore(),
        graceMs: 0,
        chasesMax: this.#options.chasesMax,
        isFenced: this.#options.isFenced,
        name: () => this.#nextGeneration(),
        clock: new FakeClock(),
      });
    });
    if (heritage.type === "log") {
      const { end } = heritage;
      this.#sync.begin({ generation: end.generation, index: nextIndex(end), cursor: this.#wal });
      await this.#append(`${this.#life} claims`);
    } else {
      await this.#beginGeneration(heritage.generation);
    }
  }

  async act(act: Act): Promise<void> {
    this.#acts++;
    switch (act) {
      case "commit":
        await this.#append(this.#commit());
        return this.#acknowledge();
      case "restart":
        this.#wal = new ModelWal();
        this.#sync.followRestart(this.#wal);
        return await this.#append(`${this.#life} restarts ${++this.#lines}`);
      case "anew":
        this.#commit(); // its WAL is lost: it comes into the replica with the snapshot
        await this.#goOnAnew();
        return this.#acknowledge();
      case "close":
        return await this.#untilReachable("close", () => this.#sync.close());
      default:
        act satisfies never;
    }
  }

  #commit(): string {
    const transaction = `${this.#life}.${++this.#lines}`;
    this.#transactions.push(transaction);
    return transaction;
  }

  #acknowledge(): void {
    this.#host.say(formatHistory(this.#transactions));
  }

  async #restore(): Promise<Position | null> {
    const reply = await this.#host.ask({ type: "restore" });
    if (reply.type !== "restored") throw new Error(`That is no state: ${reply.type}`);
    this.#transactions = [...reply.state?.transactions ?? []];
    return this.#restored = reply.state?.position ?? null;
  }

  async #goOnAnew(): Promise<void> {
    const generation = this.#nextGeneration();
    const { reach } = this.#sync;
    const takenKey = await this.#untilReachable(`succeed ${generation}`, () =>
      succeed(this.#store, {
        generation,
        reason: "wal outgrew its bound",
        isOwn: (end) => end.generation === reach?.generation && comparePlaces(end, reach) <= 0,
        isFenced: true,
        remember: () => Promise.resolve(),
      }));
    if (takenKey !== null) throw new ForeignWriterError(takenKey);
    this.#wal = new ModelWal();
    await this.#beginGeneration(generation);
  }

  async #beginGeneration(generation: Generation): Promise<void> {
    this.#sync.begin({ generation, index: 0, cursor: this.#wal });
    await this.#append(`${this.#life} begins ${generation}`);
    const frame = await encodeFrame(new TextEncoder().encode(this.#transactions.map((name) => `${name}\n`).join("")));
    const key = formatSnapshotKey({ generation, index: 0 });
    const options = { sizeBoundBytes: frame.byteLength };
    await this.#untilReachable("snapshot", () => this.#store.putStream(key, chunksOf(frame), options));
    await this.#append(`${this.#life} proves`);
  }

  async #append(line: string): Promise<void> {
    this.#wal.append(`${line}\n`);
    await this.#sync.capture(0, Infinity);
    await this.#untilReachable(`upload ${line}`, () => this.#sync.upload());
  }

  #nextGeneration(): Generation {
    const [life, generation] = [this.#ordinal, ++this.#generations].map((number) => `${number}`.padStart(7, "0"));
    const name = parseGeneration(`${this.#options.name.charCodeAt(0).toString(16)}${life}${generation}`);
    if (name === null) throw new Error(`That names no generation: ${life} ${generation}`);
    return name;
  }

  /** Tries until there is a reply, as the engine does; each try begins anew. */
  async #untilReachable<T>(name: string, operation: () => Promise<T>): Promise<T> {
    for (;;) {
      this.#operation = { name, isFresh: true };
      try {
        return await operation();
      } catch (error) {
        if (!(error instanceof ReplicateError && error.retryable)) throw error;
      }
    }
  }

  /** See {@linkcode ProgramHost.describeBy}. */
  #describe(request: ModelRequest): string | null {
    const { name, isFresh } = this.#operation;
    this.#operation = { name, isFresh: false };
    if (isFresh) return `${name} begins: ${this.#describeState()}`;
    // All that `inherit` knows when it looks at the replica anew is what it has restored, and that this is not the first look.
    const isLook = name === "inherit" && request.type === "list" && request.prefix === GENERATIONS_PREFIX;
    if (isLook) return `${name} looks again: ${this.#describeState()}`;
    // Behind a link that it asks for, `inherit` either returns it or looks anew, and `succeed` returns.
    if (request.type === "create" && request.key.startsWith(CHAIN_PREFIX)) {
      return `${name} links: ${this.#describeState()}`;
    }
    return null;
  }

  /**
   * All of its state, in words. What is on the stack follows from it and from the name of the operation: which act it is
   * at, and a snapshot's content. The tally and the notices of the sync are not asked for by anybody here.
   */
  #describeState(): string {
    const { place, position, reach, uploadedEnd, queuedBytes, lagBytes } = this.#sync;
    const sync = { index: place?.index, position, reach, uploadedEnd, queuedBytes, lagBytes };
    const counts = [this.#acts, this.#lines, this.#generations];
    const state = [this.#life, counts, this.#restored, this.#transactions, this.#wal.text, this.#wal.offset, sync];
    return JSON.stringify(state);
  }
}

async function* chunksOf(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield await Promise.resolve(bytes);
}
