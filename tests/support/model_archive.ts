/**
 * Every content that a model's store has had, each once, with what requests make of it.
 *
 * @module
 */

import type { KnownReply, KnownRequest } from "./model_program.ts";
import { formatHistory, restoreModel } from "./model_restore.ts";
import type { ModelBucket } from "./model_bucket.ts";
import type { ModelReply, ModelRequest } from "./model_store.ts";
import { Register } from "./register.ts";

/** What comes of a request. */
export interface Outcome {
  /** The reply. */
  readonly reply: KnownReply;
  /** What the store holds then. */
  readonly content: Content;
  /** Whether this is what comes of it at any later time too, whatever else is asked before. */
  readonly isSettled: boolean;
}

/** What a next start would restore. */
export interface Restored {
  /** The history; see {@linkcode formatHistory}. */
  readonly history: string;
  /** Why it cannot be restored. */
  readonly failure: string | null;
}

/** Knows all contents, requests and replies of one exploration. */
export class ModelArchive {
  /** Whether contents and listings are taken for the same that no instance can tell apart. */
  readonly isReduced: boolean;
  readonly #requests = new Register<ModelRequest>();
  readonly #replies = new Register<ModelReply>();
  readonly #contents = new Map<string, Content>();
  /** The reply that does not come. */
  readonly lost: KnownReply = this.#replies.know("lost", { type: "lost" });

  /** @param options Whether only what makes a difference is told apart. */
  constructor({ isReduced }: { readonly isReduced: boolean }) {
    this.isReduced = isReduced;
  }

  /** Gives equal requests one number. */
  knowRequest(request: ModelRequest): KnownRequest {
    return this.#requests.know(JSON.stringify(request, withBytes), request);
  }

  /** Gives equal replies one number. */
  knowReply(reply: ModelReply): KnownReply {
    return this.#replies.know(JSON.stringify(reply, withBytes), reply);
  }

  /** Gives equal contents one identity. */
  knowContent(bucket: ModelBucket): Content {
    const text = this.isReduced ? bucket.fingerprint() : `${bucket.fingerprint()}\n${bucket.times()}`;
    const content = this.#contents.get(text) ?? new Content(this, bucket, this.#contents.size);
    this.#contents.set(text, content);
    return content;
  }
}

/** What the store holds at one time. */
export class Content {
  /** The number that it shares with all its equals. */
  readonly number: number;
  /** What it is. */
  readonly bucket: ModelBucket;
  readonly #archive: ModelArchive;
  readonly #outcomes = new Map<number, Outcome>();
  #restored: Restored | null = null;

  /**
   * @param archive Knows all others.
   * @param bucket What it is.
   * @param number The number that it shares with all its equals.
   */
  constructor(archive: ModelArchive, bucket: ModelBucket, number: number) {
    this.#archive = archive;
    this.bucket = bucket;
    this.number = number;
  }

  /** What comes of a request. */
  after(request: KnownRequest): Outcome {
    const known = this.#outcomes.get(request.number);
    if (known !== undefined) return known;
    const { reply, bucket } = this.bucket.after(request.value);
    const outcome = {
      reply: this.#archive.knowReply(this.#archive.isReduced ? this.#reduce(request.value, reply) : reply),
      content: bucket === this.bucket ? this : this.#archive.knowContent(bucket),
      isSettled: this.bucket.isSettled(request.value),
    };
    this.#outcomes.set(request.number, outcome);
    return outcome;
  }

  /** What the next start would restore; a promise while that is not known. */
  restored(): Restored | Promise<Restored> {
    return this.#restored ?? this.#restore();
  }

  #reduce(request: ModelRequest, reply: ModelReply): ModelReply {
    return request.type === "list" ? { type: "objects", objects: this.bucket.listNewest(request.prefix) } : reply;
  }

  async #restore(): Promise<Restored> {
    const unlinked = this.bucket.findUnlinked();
    if (unlinked !== null) return this.#restored = { history: "", failure: `${unlinked} is not in the chain` };
    try {
      const state = await restoreModel(this.bucket.asStore());
      this.#restored = { history: formatHistory(state?.transactions ?? []), failure: null };
    } catch (error) {
      this.#restored = { history: "", failure: String(error) };
    }
    return this.#restored;
  }
}

function withBytes(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? value.toBase64() : value;
}
