/**
 * The port to whatever keeps objects: a bucket, or a folder.
 *
 * @module
 */

/** What a listing says of one object. */
export interface ObjectInfo {
  /** The key, relative to the replica's root. */
  readonly key: string;
  /** Stored size in bytes. */
  readonly size: number;
  /** When the store says that the object was written, in milliseconds since 1970. */
  readonly modifiedAtMs: number;
}

/** What became of {@linkcode ObjectStore.create}. */
export type CreateOutcome = "created" | "exists";

/** Options that every request takes. */
export interface RequestOptions {
  /** Gives up the request. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode ObjectStore.read}. */
export interface ReadOptions extends RequestOptions {
  /** The first byte wanted. Default: 0. */
  readonly offset?: number;
}

/** Options of {@linkcode ObjectStore.putStream}. */
export interface PutStreamOptions extends RequestOptions {
  /** At least as many bytes as the stream will have; parts are sized by it. */
  readonly sizeBoundBytes: number;
}

/**
 * Keeps objects under keys relative to the replica's root (`generations/…`, `chain/…`).
 *
 * All methods throw {@linkcode ReplicateError}: `store-unavailable` (retryable: no answer, throttled, 5xx),
 * `store-refused` (not retryable: credentials, permissions, a bucket that is not there), `object-missing`.
 * A method retries on its own what is safe to retry, within a bound.
 */
export interface ObjectStore {
  /** Names the store for people; never holds a secret. */
  readonly url: string;

  /**
   * Lists all objects whose key begins with a prefix, in ascending order of the key's UTF-8 bytes.
   *
   * @param prefix What the keys begin with; may end within a name.
   */
  list(prefix: string, options?: RequestOptions): AsyncIterable<ObjectInfo>;

  /**
   * Reads an object from an offset to its end.
   *
   * @throws {ReplicateError} `object-missing` when there is none.
   */
  read(key: string, options?: ReadOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;

  /**
   * Creates an object unless there is one under this key: atomic, and never overwrites.
   *
   * After an unknown outcome (a lost reply, a 5xx) it tries again with the same bytes, so `exists` may speak
   * of our own object: the caller compares the content.
   */
  create(key: string, bytes: Uint8Array<ArrayBuffer>, options?: RequestOptions): Promise<CreateOutcome>;

  /** From now on `create` overwrites: for a store that was found to refuse every conditional create. */
  createOverwriting?(): void;

  /**
   * Writes an object from a stream, in bounded memory; visible at once and whole, or not at all. Overwrites.
   *
   * @param chunks The bytes, in pieces of any size.
   */
  putStream(key: string, chunks: AsyncIterable<Uint8Array<ArrayBuffer>>, options: PutStreamOptions): Promise<void>;

  /**
   * Deletes objects. A key without an object is no error.
   *
   * @throws {ReplicateError} When any of them could not be deleted; names the first.
   */
  delete(keys: readonly string[], options?: RequestOptions): Promise<void>;
}
