/**
 * The live WAL as the writers of all replicas see it, and the barrier that they share.
 *
 * @module
 */

import { type BarrierOutcome, copyAhead, runBarrier } from "./barrier.ts";
import { type CheckpointPolicy, isCheckpointDue } from "./checkpoint_policy.ts";
import type { Clock } from "./clock.ts";
import type { ReplicateSettings } from "./config.ts";
import type { Database } from "./database.ts";
import { ReplicateError, reportError } from "./errors.ts";
import type { EventListener } from "./events.ts";
import { Mutex } from "./mutex.ts";
import type { ReplicaWriter } from "./replica_writer.ts";
import { decodeFrameHeader, frameBytes, framesBelow } from "./wal/frame.ts";
import { WAL_BYTES_MAX } from "./position.ts";
import { captureTails, confirmFrames } from "./tail.ts";
import { WalDiscontinuity } from "./wal_cursor.ts";
import { WAL_HEADER_BYTES, type WalHeader } from "./wal/header.ts";
import type { WalFile } from "./wal_file.ts";

/** How long a reader may pin the WAL before it is told, in tries. */
const PINNED_TRIES_TOLD = 8;

/** The most frames that our own small commit after a checkpoint has. */
const BUMP_FRAMES_MAX = 4;

/** Asks the application to hold its commits while the write lock is ours, so that its thread is not blocked by it. */
export interface CommitGate {
  /** Resolves when commits are held, or when that takes too long: the lock is the guarantee, not this. */
  readonly hold: () => Promise<void>;
  /** Lets them go on. */
  readonly release: () => void;
}

/** What {@linkcode LiveWal} works with. */
export interface LiveWalOptions {
  /** Our connections. */
  readonly database: Database;
  /** The WAL beside the database. */
  readonly walFile: WalFile;
  /** Time. */
  readonly clock: Clock;
  /** Receives events. */
  readonly emit: EventListener;
  /** Pace and bounds. */
  readonly settings: ReplicateSettings;
  /** Holds the application's commits. */
  readonly gate: CommitGate;
}

/** Decides when the WAL may be restarted, and has it restarted without losing a frame for any replica. */
export class LiveWal {
  /** Held by whoever reads the live WAL, or restarts it. */
  readonly mutex = new Mutex();
  readonly #options: LiveWalOptions;
  #writers: readonly ReplicaWriter[] = [];
  #restartedAt: number;
  #attemptedAt: number;
  #failedAttempts = 0;
  #bumpEnd = 0;
  /** An end that the WAL had after the long read transaction began: its mark is not behind it. Null when none is known. */
  #markEnd: number | null = null;

  /** @param options Connections, clock, bounds and gate. */
  constructor(options: LiveWalOptions) {
    this.#options = options;
    this.#restartedAt = options.clock.monotonic();
    this.#attemptedAt = this.#restartedAt;
  }

  /** Where our own first commit in the WAL ends; what lies beyond is the application's. */
  get bumpEnd(): number {
    return this.#bumpEnd;
  }

  /**
   * Says who copies the WAL.
   *
   * @param writers One for each replica.
   */
  serve(writers: readonly ReplicaWriter[]): void {
    this.#writers = writers;
  }

  /** Checkpoints when the WAL is large or old enough, and every replica has come far enough. */
  checkpointIfDue(): Promise<void> {
    return this.#checkpointUnder(this.#options.settings);
  }

  /** The same for a large WAL only: an old one can wait until what was committed is uploaded. */
  checkpointIfLarge(): Promise<void> {
    return this.#checkpointUnder({ ...this.#options.settings, checkpointIntervalMs: 0 });
  }

  /**
   * Has the WAL restarted for a replica that cannot go on with the present one, unless another needs it as it is.
   *
   * @param asker Whether that replica's writer is attached.
   */
  restartFor({ isAttached }: { readonly isAttached: boolean }): Promise<void> {
    return this.mutex.run(async () => {
      const active = this.#writers.filter(({ status }) => status.role !== "fenced");
      const attached = active.filter(({ cursor }) => cursor !== null);
      const othersMissing = active.length - attached.length - (isAttached ? 0 : 1);
      if (othersMissing <= 0 && attached.every(isReady)) await this.#restart(attached);
    });
  }

  /**
   * Keeps the WAL from filling the disk: once it has outgrown its bound, replicas that could not keep up lose their
   * generation, and the WAL is restarted without them.
   */
  enforceBound(): Promise<void> {
    return this.mutex.run(async () => {
      const { walFile, settings, emit } = this.#options;
      if (await walFile.sizeBytes() <= settings.walBytesMax) return;
      const active = this.#writers.filter(({ status }) => status.role !== "fenced");
      for (const writer of active) {
        const walBytes = await writer.cursor?.findEnd() ?? 0;
        const backlogBytes = walBytes - (writer.cursor?.offset ?? 0);
        if (backlogBytes <= settings.walBytesMax && walBytes <= WAL_BYTES_MAX) continue;
        emit({ type: "wal-bound-exceeded", replica: writer.status.replica, walBytes });
        await writer.abandon("wal outgrew its bound");
      }
      const attached = active.filter(({ cursor }) => cursor !== null);
      if (attached.length < active.length && attached.every(isReady)) await this.#restart(attached);
    });
  }

  /**
   * Runs something while nobody can append to the WAL.
   *
   * @param operation What to do.
   * @returns What it returns, or null when the write lock was not to be had.
   */
  underWriteLock<T>(operation: () => Promise<T>): Promise<T | null> {
    const { database, gate } = this.#options;
    return this.mutex.run(async () => {
      await gate.hold();
      try {
        return await database.tryLockWrites() ? await operation() : null;
      } finally {
        database.unlockWrites();
        gate.release();
      }
    });
  }

  #checkpointUnder(policy: CheckpointPolicy): Promise<void> {
    return this.mutex.run(async () => {
      const { clock } = this.#options;
      const active = this.#writers.filter(({ status }) => status.role !== "fenced");
      const cursor = active[0]?.cursor ?? null;
      if (cursor === null || !active.every(isReady)) return;
      const walEnd = cursor.offset + cursor.behindBytes;
      const walFrames = framesBelow(walEnd, cursor.header.pageBytes);
      const isDue = isCheckpointDue(policy, {
        walFrames,
        hasApplicationFrames: walEnd > this.#bumpEnd,
        sinceRestartMs: clock.monotonic() - this.#restartedAt,
        sinceAttemptMs: clock.monotonic() - this.#attemptedAt,
        failedAttempts: this.#failedAttempts,
      });
      if (!isDue) return;
      if (walFrames >= policy.minCheckpointPageCount) await this.#copyAhead(active, cursor.offset);
      if (active.every(isReady)) await this.#restart(active);
    });
  }

  /** Copies most of a large WAL while the application writes. */
  async #copyAhead(captors: readonly ReplicaWriter[], capturedEnd: number): Promise<void> {
    if (this.#markEnd === null || capturedEnd <= this.#markEnd) return;
    this.#markEnd = null;
    try {
      await copyAhead({ ...this.#options, captureTail: () => captureTails(captors) });
    } catch (error) {
      if (!(error instanceof ReplicateError) || error instanceof WalDiscontinuity) throw error;
    } // else the barrier meets the same, and tells it
  }

  async #restart(captors: readonly ReplicaWriter[]): Promise<void> {
    const { gate, clock } = this.#options;
    this.#markEnd = null;
    await gate.hold();
    try {
      const outcome = await this.#tryBarrier(captors);
      this.#attemptedAt = clock.monotonic();
      if (outcome !== null) await this.#conclude(outcome, captors);
    } finally {
      gate.release();
    }
  }

  /** Null when SQLite could not checkpoint, on a full disk say: then uploads must go on all the more. */
  async #tryBarrier(captors: readonly ReplicaWriter[]): Promise<BarrierOutcome | null> {
    try {
      return await runBarrier({
        ...this.#options,
        captureTail: () => captureTails(captors),
        confirmFrames: (walFrames) => confirmFrames(captors, walFrames),
      });
    } catch (error) {
      if (!(error instanceof ReplicateError) || error instanceof WalDiscontinuity) throw error;
      if (++this.#failedAttempts === 1) this.#options.emit({ type: "checkpoint-failed", error: reportError(error) });
      return null;
    }
  }

  async #conclude(outcome: BarrierOutcome, captors: readonly ReplicaWriter[]): Promise<void> {
    const { emit, clock, walFile } = this.#options;
    if (outcome.type !== "restarted") {
      this.#failedAttempts++;
      if (outcome.type === "pinned" && this.#failedAttempts === PINNED_TRIES_TOLD) {
        const { walFrames, checkpointedFrames } = outcome;
        emit({ type: "checkpoint-pinned", frames: walFrames, checkpointedFrames });
      }
      return;
    }
    this.#failedAttempts = 0;
    this.#restartedAt = clock.monotonic();
    this.#bumpEnd = await firstCommitEnd(walFile, outcome.header);
    const following = captors.filter(({ cursor }) => cursor !== null);
    await Promise.all(following.map((captor) => captor.followRestart(outcome.header)));
    this.#markEnd = await following[0]?.cursor?.findEnd() ?? null;
    emit({ type: "wal-restarted", frames: outcome.walFrames, heldMs: outcome.heldMs });
  }
}

function isReady(writer: ReplicaWriter): boolean {
  return writer.isReadyForBarrier;
}

async function firstCommitEnd(walFile: WalFile, header: WalHeader): Promise<number> {
  const sizeBytes = frameBytes(header.pageBytes);
  const bytes = await walFile.read(WAL_HEADER_BYTES, BUMP_FRAMES_MAX * sizeBytes);
  for (let start = 0; start + sizeBytes <= bytes.byteLength; start += sizeBytes) {
    if (decodeFrameHeader(bytes, start).commitPageCount > 0) return WAL_HEADER_BYTES + start + sizeBytes;
  }
  return WAL_HEADER_BYTES;
}
