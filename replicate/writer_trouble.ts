/**
 * What keeps a writer from going on, and how long it waits before the next try.
 *
 * @module
 */

import { pause } from "./clock.ts";
import { type ErrorReport, ReplicateError, reportError } from "./errors.ts";
import { pauseMs } from "./retry.ts";
import type { WriterContext } from "./writer_context.ts";

/** The longest pause between two tries, in milliseconds, and once it is time to finish. */
const FAILURE_PAUSE_MS = 30_000;
const FINISH_PAUSE_MS = 1_000;

/** The failures of one replica's writer since it last succeeded. */
export class WriterTrouble {
  readonly #context: Pick<WriterContext, "clock" | "random" | "emit">;
  readonly #replica: string;
  readonly #finishing: AbortSignal;
  #failures = 0;
  #error: ErrorReport | null = null;

  /**
   * @param context Clock, randomness and events.
   * @param replica Names the replica.
   * @param finishing Fires when it is time to finish: pauses are short from then on.
   */
  constructor(context: Pick<WriterContext, "clock" | "random" | "emit">, replica: string, finishing: AbortSignal) {
    this.#context = context;
    this.#replica = replica;
    this.#finishing = finishing;
  }

  /** What prevents the writer from going on at present, or null. */
  get error(): ErrorReport | null {
    return this.#error;
  }

  /** Whether something has failed since the last success. */
  get isPresent(): boolean {
    return this.#failures > 0;
  }

  /**
   * Takes note of what ends the writer.
   *
   * @param error What happened.
   */
  end(error: unknown): void {
    this.#error = reportError(error);
  }

  /**
   * Tells of a failure.
   *
   * @param error What happened.
   * @returns How long to wait before the next try, in milliseconds.
   */
  add(error: unknown): number {
    const retryAfterMs = error instanceof ReplicateError ? error.retryAfterMs : 0;
    const maxPauseMs = this.#finishing.aborted ? FINISH_PAUSE_MS : FAILURE_PAUSE_MS;
    const { random, emit } = this.#context;
    const nextTryMs = pauseMs(++this.#failures, retryAfterMs, { random, basePauseMs: 500, maxPauseMs });
    this.#error = reportError(error);
    emit({ type: "sync-failed", replica: this.#replica, error: this.#error, nextTryMs });
    return nextTryMs;
  }

  /**
   * Waits; the time to finish cuts a wait short that began before it.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait.
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const stop = this.#finishing.aborted ? signal : AbortSignal.any([signal, this.#finishing]);
    await pause(this.#context.clock, ms, stop);
  }

  /**
   * Takes note of a success.
   *
   * @returns Whether it ends a failure that was told.
   */
  clear(): boolean {
    this.#failures = 0;
    if (this.#error === null) return false;
    this.#error = null;
    this.#context.emit({ type: "sync-recovered", replica: this.#replica });
    return true;
  }
}
