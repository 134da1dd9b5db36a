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
import { formatSnapshotKey } from "../../replicate/object_key.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { comparePlaces, type Position } from "../../replicate/position.ts";
import { listReplica, readSegment } from "../../replicate/replica.ts";
import { LATEST, planRestore } from "../../replicate/restore_plan.ts";
import { inherit, succeed } from "../../replicate/succession.ts";
import { type CapturedWal, ForeignWriterError, ReplicaSync } from "../../replicate/sync.ts";
import type { WalHeader } from "../../replicate/wal/header.ts";
import { FakeClock } from "./fake_clock.ts";

/** What an instance does once it is the writer: a transaction, a restart of the WAL, a new generation, a clean end. */
export type Act = "commit" | "restart" | "anew" | "close";

/** Options of {@linkcode runInstance}. */
export interface InstanceOptions {
  /** Names its transactions. */
  readonly name: string;
  /** What it does. */
  readonly acts: readonly Act[];
  /** Told of each transaction that was answered: it must not be lost. */
  readonly acknowledge: (transaction: string) => void;
  /** Whether it takes logs over as it should. A test turns that off to see that the loss is found. */
  readonly isFenced: boolean;
}

/** A state that a replica holds. */
export interface ModelState {
  /** The transactions, in their order. */
  readonly transactions: readonly string[];
  /** Where the log ends. */
  readonly position: Position;
}

/**
 * Reads what a start would restore.
 *
 * @param store The replica's objects.
 * @returns The state, or null when there is nothing to restore.
 */
export async function restoreModel(store: ObjectStore): Promise<ModelState | null> {
  const plan = planRestore(await listReplica(store), LATEST);
  if (plan === null) return null;
  let text = await readText(store, plan.snapshot.key);
  let position: Position = { generation: plan.generation, index: plan.snapshot.index, offset: 0 };
  for (const { key, index, offset } of plan.segments) {
    const piece = await readText(store, key);
    if (offset !== (index === position.index ? position.offset : 0)) throw new Error(`There is a gap before ${key}`);
    if (piece.length > 0 || index === position.index) position = { ...position, index, offset: offset + piece.length };
    text += piece;
  }
  // The lines of a snapshot are in the WAL of its index too: pages would be written twice, with the same result.
  const transactions = new Set(text.split("\n").filter((line) => /^\w+\.\d+$/.test(line)));
  return { transactions: Array.from(transactions), position };
}

/**
 * Starts on an empty disk, takes the replica over, and writes until it is done or fenced.
 *
 * @param store The replica's objects, as this instance has them.
 * @param options What it does, and who is told.
 */
export async function runInstance(store: ObjectStore, options: InstanceOptions): Promise<void> {
  for (let life = 0;; life++) {
    const instance = new Instance(store, options, `${options.name}${life}`);
    try {
      await instance.begin();
    } catch (error) {
      if (error instanceof ForeignWriterError) continue; // lost the claim: nothing was written, so it starts again
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
  readonly #store: ObjectStore;
  readonly #options: InstanceOptions;
  /** Salts make each WAL's bytes its own; here each line carries the name of the life that wrote it. */
  readonly #life: string;
  readonly #sync: ReplicaSync;
  #transactions: string[] = [];
  #wal = new ModelWal();
  #lines = 0;
  #generations = 0;

  constructor(store: ObjectStore, options: InstanceOptions, life: string) {
    this.#store = store;
    this.#options = options;
    this.#life = life;
    this.#sync = new ReplicaSync(store, Infinity);
  }

  async begin(): Promise<void> {
    const heritage = await untilReachable(() =>
      inherit(this.#store, {
        restore: () => this.#restore(),
        graceMs: 0,
        isFenced: this.#options.isFenced,
        name: () => this.#nextGeneration(),
        clock: new FakeClock(),
      })
    );
    if (heritage.type === "log") {
      const { end } = heritage;
      this.#sync.begin({ generation: end.generation, index: nextIndex(end), cursor: this.#wal });
      await this.#append(`${this.#life} claims`);
    } else {
      await this.#beginGeneration(heritage.generation);
    }
  }

  async act(act: Act): Promise<void> {
    switch (act) {
      case "commit": {
        const transaction = `${this.#life}.${++this.#lines}`;
        this.#transactions.push(transaction);
        await this.#append(transaction);
        return this.#options.acknowledge(transaction);
      }
      case "restart":
        this.#wal = new ModelWal();
        this.#sync.followRestart(this.#wal);
        return await this.#append(`${this.#life} restarts ${++this.#lines}`);
      case "anew":
        return await this.#goOnAnew();
      case "close":
        return await untilReachable(() => this.#sync.close());
      default:
        act satisfies never;
    }
  }

  async #restore(): Promise<Position | null> {
    const state = await restoreModel(this.#store);
    this.#transactions = [...state?.transactions ?? []];
    return state?.position ?? null;
  }

  async #goOnAnew(): Promise<void> {
    const generation = this.#nextGeneration();
    const { reach } = this.#sync;
    const takenKey = await untilReachable(() =>
      succeed(this.#store, {
        generation,
        reason: "wal outgrew its bound",
        isOwn: (end) => end.generation === reach?.generation && comparePlaces(end, reach) <= 0,
        isFenced: true,
        remember: () => Promise.resolve(),
      })
    );
    if (takenKey !== null) throw new ForeignWriterError(takenKey);
    this.#wal = new ModelWal();
    await this.#beginGeneration(generation);
  }

  async #beginGeneration(generation: Generation): Promise<void> {
    this.#sync.begin({ generation, index: 0, cursor: this.#wal });
    await this.#append(`${this.#life} begins ${generation}`);
    const frame = await encodeFrame(new TextEncoder().encode(this.#transactions.map((name) => `${name}\n`).join("")));
    const key = formatSnapshotKey({ generation, index: 0 });
    await untilReachable(() => this.#store.putStream(key, chunksOf(frame), { sizeBoundBytes: frame.byteLength }));
    await this.#append(`${this.#life} proves`);
  }

  async #append(line: string): Promise<void> {
    this.#wal.append(`${line}\n`);
    await this.#sync.capture(0, Infinity);
    await untilReachable(() => this.#sync.upload());
  }

  #nextGeneration(): Generation {
    const text = `${this.#life}${++this.#generations}`.replace(/\D/g, "").padStart(16, "0");
    const generation = parseGeneration(`${this.#options.name.charCodeAt(0).toString(16)}${text.slice(2)}`);
    if (generation === null) throw new Error(`That names no generation: ${text}`);
    return generation;
  }
}

/** A WAL of lines. */
class ModelWal implements CapturedWal {
  readonly header: WalHeader = {
    byteOrder: "little-endian",
    pageBytes: 512,
    sequence: 0,
    salt: { salt1: 0, salt2: 0 },
    checksum: { s0: 0, s1: 0 },
  };
  #text = "";
  #offset = 0;

  get offset(): number {
    return this.#offset;
  }

  get behindBytes(): number {
    return this.#text.length - this.#offset;
  }

  append(line: string): void {
    this.#text += line;
  }

  next(): ReturnType<CapturedWal["next"]> {
    const offset = this.#offset;
    if (offset === this.#text.length) return Promise.resolve(null);
    this.#offset = this.#text.length;
    const bytes = new TextEncoder().encode(this.#text.slice(offset));
    return Promise.resolve({ offset, bytes, reachedEnd: true });
  }

  findEnd(): Promise<number> {
    return Promise.resolve(this.#text.length);
  }
}

/** Tries until there is a reply, as the engine does; each try begins anew. */
async function untilReachable<T>(operation: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof ReplicateError && error.retryable)) throw error;
    }
  }
}

async function readText(store: ObjectStore, key: string): Promise<string> {
  return new TextDecoder().decode(await readSegment(store, key));
}

async function* chunksOf(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield await Promise.resolve(bytes);
}
