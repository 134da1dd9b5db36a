/**
 * Which history a replica's writer continues, and how a new one begins.
 *
 * @module
 */

import { ReplicateError } from "./errors.ts";
import type { GenerationReason } from "./events.ts";
import { type Generation, newGeneration } from "./generation.ts";
import { type LogEnd, nextIndex } from "./log_end.ts";
import type { ObjectStore } from "./object_store.ts";
import { comparePlaces, formatPosition, type Position, WAL_BYTES_MAX } from "./position.ts";
import { decideResume, type ResumeDecision } from "./resume.ts";
import { succeed } from "./succession.ts";
import { ForeignWriterError, type ReplicaSync } from "./sync.ts";
import { WalCursor, WalDiscontinuity } from "./wal_cursor.ts";
import type { WalHeader } from "./wal/header.ts";
import { type Salt, saltsEqual } from "./wal/salt.ts";
import type { ScanPoint } from "./wal/scan.ts";
import type { WriterContext } from "./writer_context.ts";

type NewGeneration = Extract<ResumeDecision, { type: "new-generation" }>;

interface Beginning {
  readonly generation: Generation;
  readonly index: number;
  readonly start: ScanPoint | null;
  readonly previousEnd: number | null;
  /** The salts that the WAL must have, or null when any will do. */
  readonly salt: Salt | null;
  readonly isSealed?: boolean;
}

/** What an attached writer has to know. */
export interface Attachment {
  /** Whether the generation has a snapshot, and so can be restored. */
  readonly hasSnapshot: boolean;
  /** Whether the log is ours already; else it is once a segment has been created. */
  readonly isOwner: boolean;
}

/** Gives a {@linkcode ReplicaSync} its place, and remembers that place on disk. */
export class Lineage {
  readonly #context: WriterContext;
  readonly #store: ObjectStore;
  readonly #sync: ReplicaSync;
  #decision: ResumeDecision | null;
  /** The name of the generation that is to begin, until its link is known to be ours. */
  #successor: Generation | null = null;
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
   * @returns What was attached to.
   * @throws {ForeignWriterError} When the replica has commits that this database does not have.
   * @throws {WalDiscontinuity} When the WAL is not what it was when the decision was made.
   * @throws {ReplicateError} What the store throws, or `database-busy`.
   */
  async attach(signal: AbortSignal): Promise<Attachment> {
    const { walFile, state } = this.#context;
    this.#decision ??= await decideResume(this.#store, walFile, state.get(this.#store.url), signal);
    const decision = this.#decision;
    switch (decision.type) {
      case "stale":
        throw new ForeignWriterError(`generations/${decision.generation}/`);
      case "new-generation":
        await this.#beginGeneration(decision, signal);
        return { hasSnapshot: false, isOwner: false };
      case "claim":
        await this.#claim(decision);
        return { hasSnapshot: true, isOwner: false };
      case "continue":
        await this.#resume(decision);
        return { hasSnapshot: decision.hasSnapshot, isOwner: !decision.isSealed && decision.start !== null };
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
    const reach = this.#sync.reach ?? reachOf(this.#decision);
    this.#sync.abandon();
    this.#decision = { type: "new-generation", reason, generation: null, reach };
  }

  /** Remembers the present place; on disk before this resolves. */
  async remember(): Promise<void> {
    const place = this.#sync.place;
    if (place === null) return;
    const { generation, index, cursor: { header } } = place;
    const { state } = this.#context;
    const parent = state.get(this.#store.url)?.parent ?? null;
    const { salt, pageBytes } = header;
    const previousEnd = this.#previousEnd;
    await state.set(this.#store.url, { generation, parent, index, salt, pageBytes, previousEnd, isCopy: false });
  }

  async #resume({ generation, index, ...decision }: Extract<ResumeDecision, { type: "continue" }>): Promise<void> {
    const { start, previousEnd, salt, isSealed } = decision;
    await this.#begin({ generation, index, start, previousEnd, salt, isSealed });
    const position = formatPosition({ generation, index, offset: start?.offset ?? 0 });
    this.#context.emit({ type: "resumed", replica: this.#store.url, position });
  }

  /** All that the WAL holds came after the log's end: it is the next one. */
  async #claim({ end, databaseModifiedAtMs }: Extract<ResumeDecision, { type: "claim" }>): Promise<void> {
    const { generation } = end;
    const index = nextIndex(end);
    await this.#begin({ generation, index, start: null, previousEnd: end.offset, salt: null });
    if (await this.#context.databaseModifiedAtMs() !== databaseModifiedAtMs) {
      throw new WalDiscontinuity("wal restarted by another process"); // and what it held is in the database file
    }
    const position = formatPosition({ generation, index, offset: 0 });
    this.#context.emit({ type: "resumed", replica: this.#store.url, position });
  }

  async #beginGeneration(decision: NewGeneration, signal: AbortSignal): Promise<void> {
    const { reason } = decision;
    await this.#context.restartWal({ isAttached: false }); // a short WAL to start from: the snapshot holds everything older
    const generation = decision.generation ?? await this.#succeed(decision, signal);
    await this.#begin({ generation, index: 0, start: null, previousEnd: null, salt: null });
    const position = formatPosition({ generation, index: 0, offset: 0 });
    this.#context.emit({ type: "generation-started", replica: this.#store.url, position, reason });
  }

  /** Ends the present generation, and has the chain name a new one. */
  async #succeed({ reason, reach }: NewGeneration, signal: AbortSignal): Promise<Generation> {
    const generation = this.#successor ??= newGeneration(); // the same at each try: the link may be there already
    const takenKey = await succeed(this.#store, {
      generation,
      reason,
      isFenced: await this.#context.isFenced(this.#store, signal),
      isOwn: (end) => reach === null || isWithin(end, reach),
      remember: (parent) => this.#rememberSuccessor(generation, parent),
      signal,
    });
    if (takenKey !== null) throw new ForeignWriterError(takenKey);
    this.#successor = null;
    this.#decision = { type: "new-generation", reason, generation, reach: null };
    return generation;
  }

  async #rememberSuccessor(generation: Generation, parent: Generation | null): Promise<void> {
    const header = await this.#context.walFile.readHeader();
    if (header === null) throw noWal();
    const { salt, pageBytes } = header;
    const { state } = this.#context;
    const successor = { generation, parent, index: 0, salt, pageBytes, previousEnd: null, isCopy: false };
    await state.set(this.#store.url, successor);
  }

  /** Sets the place and remembers it; no barrier can come between the look at the WAL and that. */
  #begin({ generation, index, start, previousEnd, salt, isSealed = false }: Beginning): Promise<void> {
    return this.#context.walMutex.run(async () => {
      const header = await this.#context.walFile.readHeader();
      if (header === null) throw noWal();
      if (salt !== null && !saltsEqual(header.salt, salt)) {
        throw new WalDiscontinuity("wal restarted by another process");
      }
      const cursor = this.#newCursor(header, start);
      if (await cursor.findEnd() > WAL_BYTES_MAX) {
        throw new ReplicateError("database-busy", "The WAL is too long to begin with, as a reader pins it", {
          retryable: true,
        });
      }
      this.#sync.begin({ generation, index, cursor, isSealed });
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

/** How far the replica may have come by itself, as of a decision that was not carried out. */
function reachOf(decision: ResumeDecision | null): Position | null {
  switch (decision?.type) {
    case undefined:
    case "stale":
      return null;
    case "new-generation":
      return decision.reach;
    case "claim":
      return decision.end;
    case "continue":
      return { generation: decision.generation, index: decision.index, offset: decision.start?.offset ?? 0 };
    default:
      return decision satisfies never;
  }
}

function isWithin(end: LogEnd, reach: Position): boolean {
  return end.generation === reach.generation && comparePlaces(end, reach) <= 0;
}

function noWal(): ReplicateError {
  return new ReplicateError("database-busy", "The WAL is not there yet", { retryable: true });
}
