/**
 * A store with moods.
 *
 * @module
 */

import { ReplicateError } from "../../replicate/errors.ts";
import type {
  CreateOutcome,
  ObjectInfo,
  ObjectStore,
  PutStreamOptions,
  ReadOptions,
  RequestOptions,
} from "../../replicate/object_store.ts";

/** What is asked of a store. */
export type StoreVerb = "list" | "read" | "create" | "putStream" | "delete";

/** Refuses what it is told to refuse, and passes on the rest. */
export class RefusingStore implements ObjectStore {
  /** Whether something is refused; may be changed at any time. */
  refuses: (key: string, verb: StoreVerb) => boolean = () => false;
  /** What was refused so far. */
  readonly refused: { readonly key: string; readonly verb: StoreVerb }[] = [];
  /** How many requests were passed on, by what they were. */
  readonly passed: Record<StoreVerb, number> = { list: 0, read: 0, create: 0, putStream: 0, delete: 0 };
  readonly #store: ObjectStore;

  /** @param store Gets what is not refused. */
  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The other store's. */
  get url(): string {
    return this.#store.url;
  }

  /** Lists, or refuses. */
  async *list(prefix: string, options?: RequestOptions): AsyncGenerator<ObjectInfo> {
    this.#ask(prefix, "list");
    yield* this.#store.list(prefix, options);
  }

  /** Reads, or refuses. */
  async read(key: string, options?: ReadOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    this.#ask(key, "read");
    return await this.#store.read(key, options);
  }

  /** Creates, or refuses. */
  async create(key: string, bytes: Uint8Array<ArrayBuffer>, options?: RequestOptions): Promise<CreateOutcome> {
    this.#ask(key, "create");
    return await this.#store.create(key, bytes, options);
  }

  /** Writes, or refuses. */
  async putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
    options: PutStreamOptions,
  ): Promise<void> {
    this.#ask(key, "putStream");
    await this.#store.putStream(key, chunks, options);
  }

  /** Deletes, or refuses for the sake of the first key. */
  async delete(keys: readonly string[], options?: RequestOptions): Promise<void> {
    this.#ask(keys[0] ?? "", "delete");
    await this.#store.delete(keys, options);
  }

  #ask(key: string, verb: StoreVerb): void {
    if (!this.refuses(key, verb)) {
      this.passed[verb]++;
      return;
    }
    this.refused.push({ key, verb });
    throw new ReplicateError("store-refused", `Cannot ${verb} "${key}": refused`);
  }
}
