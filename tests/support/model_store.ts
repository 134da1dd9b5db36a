/**
 * One object store for several instances, which does one step of one instance at a time, as a scheduler says.
 *
 * @module
 */

import { ReplicateError } from "../../replicate/errors.ts";
import type { CreateOutcome, ObjectInfo, ObjectStore } from "../../replicate/object_store.ts";

/** Times between two steps: further apart than what a listing takes for the same. */
const STEP_MS = 10_000;

/** A request on its way to the store. */
export interface PendingStep {
  /** What it does, for people. */
  readonly label: string;
  /** Whether it changes the store. */
  readonly isWrite: boolean;
  /** Does it in the store, and says with what result; the reply is not given yet. */
  readonly carryOut: () => string;
  /** Gives the reply. */
  readonly reply: () => void;
  /** Gives no reply: the other side does not know what came of it. */
  readonly loseReply: () => void;
}

/** What the store holds, and when it changed. */
export class ModelBucket {
  readonly #objects = new Map<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly modifiedAtMs: number }>();
  readonly #isConditional: boolean;
  #nowMs = STEP_MS;

  /** @param options Whether a create is refused where there is an object. */
  constructor({ isConditional }: { readonly isConditional: boolean }) {
    this.#isConditional = isConditional;
  }

  /** Creates an object. */
  create(key: string, bytes: Uint8Array<ArrayBuffer>): CreateOutcome {
    if (this.#isConditional && this.#objects.has(key)) return "exists";
    this.put(key, bytes);
    return "created";
  }

  /** Writes an object. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.#nowMs += STEP_MS;
    this.#objects.set(key, { bytes, modifiedAtMs: this.#nowMs });
  }

  /** Deletes objects. */
  delete(keys: readonly string[]): void {
    for (const key of keys) this.#objects.delete(key);
  }

  /** An object's bytes, or null. */
  get(key: string): Uint8Array<ArrayBuffer> | null {
    return this.#objects.get(key)?.bytes ?? null;
  }

  /** What a listing says. */
  list(prefix: string): ObjectInfo[] {
    return Array.from(
      this.#objects,
      ([key, { bytes, modifiedAtMs }]) => ({ key, size: bytes.byteLength, modifiedAtMs }),
    )
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => a.key < b.key ? -1 : 1);
  }

  /** What it holds, for comparing: equal texts are equal stores. */
  fingerprint(): string {
    return this.list("").map(({ key }) => `${key}=${this.get(key)?.toBase64()}`).join("\n");
  }

  /** The store as it is, without a scheduler. */
  asStore(): ObjectStore {
    return new ModelStore(this, (step) => {
      step.carryOut();
      step.reply();
    });
  }
}

/** The store as one instance has it: each request waits for its turn. */
export class ModelStore implements ObjectStore {
  readonly url = "model:";
  readonly #bucket: ModelBucket;
  readonly #schedule: (step: PendingStep) => void;

  /**
   * @param bucket What all instances share.
   * @param schedule Is given each request; carries it out and replies when its turn has come.
   */
  constructor(bucket: ModelBucket, schedule: (step: PendingStep) => void) {
    this.#bucket = bucket;
    this.#schedule = schedule;
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    yield* await this.#step(`list ${prefix}`, { isWrite: false }, () => this.#bucket.list(prefix));
  }

  async read(key: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const bytes = await this.#step(`read ${key}`, { isWrite: false }, () => this.#bucket.get(key));
    if (bytes === null) throw new ReplicateError("object-missing", `Cannot read "${key}" as there is none`);
    return new Blob([bytes]).stream();
  }

  create(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<CreateOutcome> {
    return this.#step(`create ${key} (${bytes.byteLength})`, { isWrite: true }, () => this.#bucket.create(key, bytes));
  }

  async putStream(key: string, chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
    const bytes = new Uint8Array(await new Blob(await Array.fromAsync(chunks)).arrayBuffer());
    await this.#step(`put ${key}`, { isWrite: true }, () => this.#bucket.put(key, bytes));
  }

  async delete(keys: readonly string[]): Promise<void> {
    await this.#step(`delete ${keys}`, { isWrite: true }, () => this.#bucket.delete(keys));
  }

  #step<T>(label: string, { isWrite }: { readonly isWrite: boolean }, operation: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let outcome: { readonly value: T } | null = null;
    this.#schedule({
      label,
      isWrite,
      carryOut: () => {
        outcome = { value: operation() };
        return JSON.stringify(outcome.value, withoutTimes) ?? "";
      },
      reply: () => outcome === null ? reject(new Error("It was not carried out")) : resolve(outcome.value),
      loseReply: () => reject(new ReplicateError("store-unavailable", "No reply", { retryable: true })),
    });
    return promise;
  }
}

/** Times are the world's, so worlds that differ in nothing else are the same. */
function withoutTimes(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return value.toBase64();
  return name === "modifiedAtMs" ? undefined : value;
}
