/**
 * Which history a replica's writer continues, and how a new one begins.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { GenerationReason } from "./events.ts";
import { type Generation, newGeneration } from "./generation.ts";
import type { ObjectStore } from "./object_store.ts";
import { formatPosition, WAL_BYTES_MAX } from "./position.ts";
import { decideResume, type ResumeDecision } from "./resume.ts";
import { ForeignWriterError, type ReplicaSync } from "./sync.ts";
import { WalCursor, WalDiscontinuity } from "./wal_cursor.ts";
import type { WalHeader } from "./wal/header.ts";
import { type Salt, saltsEqual } from "./wal/salt.ts";
import type { ScanPoint } from "./wal/scan.ts";
import type { WriterContext } from "./writer_context.ts";

interface Beginning {
  readonly generation: Generation;
  readonly index: number;
  readonly start: ScanPoint | null;
  readonly previousEnd: number | null;
  /** The salts that the WAL must have, or null when any will do. */
  readonly salt: Salt | null;
}

/** Gives a {@linkcode ReplicaSync} its place, and remembers that place on disk. */
export class Lineage {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #sync: ReplicaSync;
  #decision: ResumeDecision | null;
  /** Where the WAL before the present one ended, in bytes. */
  #previousEnd: number | null = null;

  /**
   * @param context What all writers share.
   * @param store The replica's objects.
   * @param sync Is told where to write.
   * @param decision What a look at the replica has found already; null to look when the time comes.
   */
  constructor(context: WriterContext, store: ObjectStore, sync: ReplicaSync, decision: ResumeDecision | null) {
    this.#context = context;
    this.#store = store;
    this.#sync = sync;
    this.#decision = decision;
  }

  /**
   * Resumes the generation that the WAL continues, or begins a new one.
   *
   * @param signal Gives up.
   * @returns Whether the generation has a snapshot, and so can be restored.
   * @throws {ForeignWriterError} When the replica has commits that this database does not have.
   * @throws {ReplicateError} What the store throws, or `database-busy`.
   */
  async attach(signal: AbortSignal): Promise<{ readonly hasSnapshot: boolean }> {
    const { walFile, state } = this.#context;
    this.#decision ??= await decideResume(this.#store, walFile, state.get(this.#store.url), signal);
    const decision = this.#decision;
    switch (decision.type) {
      case "stale":
        throw new ForeignWriterError(`generations/${decision.generation}/`);
      case "new-generation":
        await this.#beginGeneration(decision.reason);
        return { hasSnapshot: false };
      case "continue":
        await this.#resume(decision);
        return decision;
      default:
        return decision satisfies never;
    }
  }

  /**
   * Goes on with the next WAL of the generation; all of the present one is captured.
   *
   * @param header The new WAL's header.
   */
  followRestart(header: WalHeader): void {
    this.#previousEnd = this.#sync.place?.cursor.offset ?? null;
    this.#sync.followRestart(this.#newCursor(header));
  }

  /**
   * Gives the generation up; the next {@linkcode Lineage.attach} begins a new one. What is remembered on disk stays: it
   * tells a later start whose history this database has.
   *
   * @param reason What ended it.
   */
  abandon(reason: GenerationReason): void {
    this.#sync.abandon();
    this.#decision = { type: "new-generation", reason };
  }

  /** Remembers the present place; on disk before this resolves. */
  async remember(): Promise<void> {
    const place = this.#sync.place;
    if (place === null) return;
    const { generation, index, cursor } = place;
    const { salt, pageBytes } = cursor.header;
    const { state } = this.#context;
    const before = state.get(this.#store.url);
    const parent = before === null || before.generation === generation ? before?.parent ?? null : before.generation;
    await state.set(this.#store.url, { generation, parent, index, salt, pageBytes, previousEnd: this.#previousEnd });
  }

  async #resume({ generation, index, ...decision }: Extract<ResumeDecision, { type: "continue" }>): Promise<void> {
    const { start, previousEnd } = decision;
    await this.#begin({ generation, index, start, previousEnd, salt: decision.salt });
    const position = formatPosition({ generation, index, offset: start?.offset ?? 0 });
    this.#context.emit({ type: "resumed", replica: this.#store.url, position });
  }

  async #beginGeneration(reason: GenerationReason): Promise<void> {
    await this.#context.restartWal(); // a short WAL to start from: the snapshot holds everything older
    const generation = newGeneration();
    await this.#begin({ generation, index: 0, start: null, previousEnd: null, salt: null });
    const position = formatPosition({ generation, index: 0, offset: 0 });
    this.#context.emit({ type: "generation-started", replica: this.#store.url, position, reason });
  }

  /** Sets the place and remembers it; no barrier can come between the look at the WAL and that. */
  #begin({ generation, index, start, previousEnd, salt }: Beginning): Promise<void> {
    return this.#context.walMutex.run(async () => {
      const header = await this.#context.walFile.readHeader();
      if (header === null) throw new ReplicateError("database-busy", "The WAL is not there yet", { retryable: true });
      if (salt !== null && !saltsEqual(header.salt, salt)) {
        throw new WalDiscontinuity("wal restarted by another process");
      }
      const cursor = this.#newCursor(header, start);
      if (await cursor.findEnd() > WAL_BYTES_MAX) {
        throw new ReplicateError("database-busy", "The WAL is too long to begin with, as a reader pins it", {
          retryable: true,
        });
      }
      this.#sync.begin({ generation, index, cursor });
      this.#previousEnd = previousEnd;
      try {
        await this.remember();
      } catch (error) {
        this.#sync.abandon(); // what is not remembered is not begun
        throw error;
      }
    });
  }

  #newCursor(header: WalHeader, start: ScanPoint | null = null): WalCursor {
    return new WalCursor(this.#context.walFile, header, { start, runBytesMax: this.#context.settings.segmentBytesMax });
  }
}
