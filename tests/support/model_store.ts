/**
 * The store as a program of the model has it: each request is answered by somebody else.
 *
 * @module
 */

import { ReplicateError } from "../../replicate/errors.ts";
import type { CreateOutcome, ObjectInfo, ObjectStore } from "../../replicate/object_store.ts";
import type { Position } from "../../replicate/position.ts";

/** A state that a replica holds. */
export interface ModelState {
  /** The transactions, in their order. */
  readonly transactions: readonly string[];
  /** Where the log ends. */
  readonly position: Position;
}

/** What an instance asks of the store, or for the sake of: what it restores. */
export type ModelRequest =
  | { readonly type: "list"; readonly prefix: string }
  | { readonly type: "read"; readonly key: string }
  | { readonly type: "restore" }
  | { readonly type: "create" | "put"; readonly key: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** What it is told; nothing when the reply is lost. */
export type ModelReply =
  | { readonly type: "objects"; readonly objects: readonly ObjectInfo[] }
  | { readonly type: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> | null }
  | { readonly type: "outcome"; readonly outcome: CreateOutcome }
  | { readonly type: "restored"; readonly state: ModelState | null }
  | { readonly type: "lost" };

/** A store whose requests are answered by somebody else, when their turn has come. */
export class ModelStore implements ObjectStore {
  readonly url = "model:";
  readonly #ask: (request: ModelRequest) => Promise<ModelReply>;

  /** @param ask Is given each request, and resolves to its reply. */
  constructor(ask: (request: ModelRequest) => Promise<ModelReply>) {
    this.#ask = ask;
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    const reply = await this.#ask({ type: "list", prefix });
    if (reply.type !== "objects") throw unanswered(reply);
    yield* reply.objects;
  }

  async read(key: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const reply = await this.#ask({ type: "read", key });
    if (reply.type !== "bytes") throw unanswered(reply);
    if (reply.bytes === null) throw new ReplicateError("object-missing", `Cannot read "${key}" as there is none`);
    return new WholeObject(reply.bytes);
  }

  async create(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<CreateOutcome> {
    const reply = await this.#ask({ type: "create", key, bytes });
    if (reply.type !== "outcome") throw unanswered(reply);
    return reply.outcome;
  }

  async putStream(key: string, chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
    const bytes = new Uint8Array(await new Blob(await Array.fromAsync(chunks)).arrayBuffer());
    const reply = await this.#ask({ type: "put", key, bytes });
    if (reply.type !== "outcome") throw unanswered(reply);
  }

  delete(keys: readonly string[]): Promise<void> {
    return Promise.reject(new Error(`The reduction of the exploration relies on it that nothing is deleted: ${keys}`));
  }
}

function unanswered(reply: ModelReply): Error {
  if (reply.type !== "lost") return new Error(`That is no reply to this request: ${reply.type}`);
  return new ReplicateError("store-unavailable", "No reply", { retryable: true });
}

/** A body that comes in one piece. A stream's own reader costs more than all else that an instance of the model does. */
class WholeObject extends ReadableStream<Uint8Array<ArrayBuffer>> {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super();
    this.#bytes = bytes;
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield await Promise.resolve(this.#bytes);
  }
}
