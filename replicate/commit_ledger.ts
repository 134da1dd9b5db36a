/**
 * Which commits are in the replica, and who waits for one.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** Commits within this time count as one for the age of the oldest, in milliseconds. */
const AGE_RESOLUTION_MS = 100;

/** Answers within this time are of one upload, in milliseconds: of what it held, some commits become known a moment later. */
const SAME_ANSWERS_MS = 10;

/** How many ages are kept; past it, every second one is dropped, and ages become coarser. */
const AGES_MAX = 10_000;

interface Waiter {
  readonly notice: number;
  /** How many wait with it. */
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Numbers commits, and keeps the account of those that are not known to be in the replica. */
export class CommitLedger {
  readonly #clock: Clock;
  #lastNotice = 0;
  #syncedNotice = 0;
  /** When some of the notices were given that are not known to be synced, in ascending order. */
  #ages: { readonly notice: number; readonly atMs: number }[] = [];
  readonly #waiters = new Set<Waiter>();
  /** How many wait, with all their counts. */
  #waiting = 0;
  /** How many waited before some of them were last answered; infinite once as many wait again. */
  #expected = Infinity;
  #expectedAtMs = -Infinity;

  /** @param clock Measures the age of commits. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The number of the last commit. */
  get lastNotice(): number {
    return this.#lastNotice;
  }

  /** How many commits are not known to be in the replica. */
  get pendingCount(): number {
    return this.#lastNotice - this.#syncedNotice;
  }

  /** The age of the oldest of them in seconds; 0 when there is none. */
  get oldestAgeSeconds(): number {
    const oldest = this.#ages[0];
    return this.pendingCount === 0 || oldest === undefined ? 0 : (this.#clock.monotonic() - oldest.atMs) / 1_000;
  }

  /**
   * The age of the oldest commit that one of several replicas lacks.
   *
   * @param notice Every commit up to this number is in it.
   * @returns The age in seconds; 0 when it lacks none.
   */
  ageSecondsPast(notice: number): number {
    if (notice >= this.#lastNotice) return 0;
    const oldest = this.#ages.findLast((age) => age.notice <= notice + 1) ?? this.#ages[0];
    return oldest === undefined ? 0 : (this.#clock.monotonic() - oldest.atMs) / 1_000;
  }

  /** Numbers a commit. */
  commit(): number {
    const notice = ++this.#lastNotice;
    const atMs = this.#clock.monotonic();
    const last = this.#ages.at(-1);
    if (last === undefined || atMs - last.atMs >= AGE_RESOLUTION_MS) this.#ages.push({ notice, atMs });
    if (this.#ages.length > AGES_MAX) this.#ages = this.#ages.filter((_, i) => i % 2 === 0);
    return notice;
  }

  /**
   * Waits until every commit so far is in the replica.
   *
   * @param signal Ends the wait with its reason.
   * @param count How many wait with this call.
   */
  wait(signal: AbortSignal, count = 1): Promise<void> {
    if (this.pendingCount === 0) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { notice: this.#lastNotice, count, resolve, reject };
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.add(waiter);
    this.#waiting += count;
    return promise.finally(() => {
      signal.removeEventListener("abort", onAbort);
      this.#waiters.delete(waiter);
      this.#waiting -= count;
    });
  }

  /** Whether as many wait as before the last answers. True once after each: then the next upload need not wait for more. */
  takeGathered(): boolean {
    if (this.#waiting < this.#expected) return false;
    this.#expected = Infinity;
    return true;
  }

  /**
   * Says how far the replica has come.
   *
   * @param notice Every commit up to this number is in it.
   */
  sync(notice: number): void {
    if (notice <= this.#syncedNotice) return;
    this.#syncedNotice = notice;
    const firstUnsynced = this.#ages.findLastIndex((age) => age.notice <= notice + 1);
    if (this.pendingCount === 0) this.#ages = [];
    else if (firstUnsynced > 0) this.#ages.splice(0, firstUnsynced);
    const answered = [...this.#waiters].filter((waiter) => waiter.notice <= notice);
    if (answered.length > 0) this.#expect();
    for (const waiter of answered) waiter.resolve();
  }

  /** Takes note of how many wait, before some of them are answered. */
  #expect(): void {
    const nowMs = this.#clock.monotonic();
    const isSame = this.#expected < Infinity && nowMs - this.#expectedAtMs < SAME_ANSWERS_MS;
    if (!isSame) this.#expectedAtMs = nowMs;
    this.#expected = (isSame ? Math.max(this.#expected, this.#waiting) : this.#waiting) || Infinity;
  }

  /**
   * Ends every wait: nothing more will come to the replica from here.
   *
   * @param reason Why.
   */
  fail(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
