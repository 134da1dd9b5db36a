/**
 * The snapshot that a generation needs before it can be restored.
 *
 * @module
 */

import type { ObjectStore } from "./object_store.ts";
import { beginPinnedRead, type PinnedRead } from "./pinned_read.ts";
import { comparePlaces, formatPosition, type Position } from "./position.ts";
import { type SnapshotRead, writeSnapshot } from "./snapshot.ts";
import type { SyncPlace } from "./sync.ts";
import type { WriterContext } from "./writer_context.ts";

/** Told of the snapshot's end. */
export interface SnapshotListener {
  /** It is in the replica. */
  readonly onWritten: () => void;
  /** It failed; nothing of it is visible. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Position first, pages second, visible last: the read transaction begins while nobody can append, the upload begins
 * when every segment below that position is in the replica, and runs beside the uploads of later segments.
 */
export class SnapshotTask {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #read: SnapshotRead;
  readonly #listener: SnapshotListener;
  readonly #stop = new AbortController();
  #upload: Promise<void> | null = null;

  /** Where the WAL ended at the instant that the snapshot shows. */
  readonly position: Position;

  private constructor(
    context: WriterContext,
    store: ObjectStore,
    begun: PinnedRead,
    listener: SnapshotListener,
  ) {
    this.#context = context;
    this.#store = store;
    this.#read = begun.read;
    this.position = begun.position;
    this.#listener = listener;
  }

  /**
   * Begins the read transaction.
   *
   * @param context Connections, clock and events.
   * @param store Where the snapshot is to go.
   * @param placeNow The WAL that is being written; asked when nobody can restart it any more.
   * @param listener Told of the end.
   * @returns The task, or null when the write lock was not to be had.
   */
  static async begin(
    context: WriterContext,
    store: ObjectStore,
    placeNow: () => SyncPlace | null,
    listener: SnapshotListener,
  ): Promise<SnapshotTask | null> {
    const begun = await beginPinnedRead(context, placeNow);
    return begun === null ? null : new SnapshotTask(context, store, begun, listener);
  }

  /** Size of the database that it shows, in bytes. */
  get databaseBytes(): number {
    return this.#read.pageCount * this.#read.pageBytes;
  }

  /**
   * Starts the upload once the replica has come far enough.
   *
   * @param uploaded How far it has come.
   */
  advance(uploaded: Position): void {
    if (this.#upload !== null || comparePlaces(uploaded, this.position) < 0) return;
    this.#upload = this.#run();
  }

  /** Gives up and ends the read transaction; resolves when it is ended. */
  async cancel(): Promise<void> {
    this.#stop.abort(new DOMException("The snapshot is not wanted any more", "AbortError"));
    if (this.#upload === null) this.#read[Symbol.dispose]();
    await this.#upload;
  }

  async #run(): Promise<void> {
    const { clock, emit } = this.#context;
    const startedAt = clock.monotonic();
    const { databaseBytes } = this;
    const replica = this.#store.url;
    try {
      await writeSnapshot(this.#store, this.position, this.#read, {
        signal: this.#stop.signal,
        yieldTurn: () => clock.sleep(0),
        onProgress: (doneBytes) =>
          emit({ type: "progress", task: "snapshot", replica, doneBytes, totalBytes: databaseBytes }),
      });
      const durationMs = clock.monotonic() - startedAt;
      emit({ type: "snapshot-written", replica, position: formatPosition(this.position), databaseBytes, durationMs });
      this.#listener.onWritten();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#listener.onFailed(error);
    } finally {
      this.#read[Symbol.dispose]();
    }
  }
}
