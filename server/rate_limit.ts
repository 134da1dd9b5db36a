/**
 * How often each client may do something.
 *
 * @module
 */

const MINUTE_MS = 60_000;

/** How many clients are looked at to find one to forget. */
const EVICTION_SAMPLE = 16;

/** What a {@linkcode RateLimit} is made of. */
export interface RateLimitOptions {
  /** How often each client may act: so many times at once, and so many times in every minute after that. */
  readonly perMinute: number;
  /** The most clients that are remembered. */
  readonly maxClients: number;
  /** Wall-clock time in milliseconds. */
  readonly now: () => number;
}

/**
 * A limit for each client, by the generic cell rate algorithm: one number per client, the time at which all that it
 * has done is paid off at the limit's rate. A burst of the whole minute's number is fine when nothing is owed.
 *
 * The number of clients is bounded. When all places are taken, one who owes nothing is forgotten, or else the one who
 * owes least among those who have been silent the longest. Whoever wants to be forgotten sooner must have many other
 * addresses owe more, and each of them has a limit of its own to use: nothing is gained by it. An honest client may be
 * forgotten in such a flood, and then has a little more than its limit.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #intervalMs: number;
  readonly #burstMs: number;
  /** When each client will owe nothing, in milliseconds; those who acted last stand last. */
  readonly #paidOffAt = new Map<string, number>();
  #allPaidOffAt = 0;

  /**
   * Makes a limit that nobody has used yet.
   *
   * @param options The rate, the bound and the clock.
   * @throws {RangeError} When the rate or the bound is not positive.
   */
  constructor(options: RateLimitOptions) {
    if (!(options.perMinute > 0 && options.maxClients > 0)) {
      throw new RangeError("Cannot limit to nothing: rate and number of clients must be positive");
    }
    this.#options = options;
    this.#intervalMs = MINUTE_MS / options.perMinute;
    this.#burstMs = MINUTE_MS - this.#intervalMs;
  }

  /** How many clients are remembered. */
  get clients(): number {
    return this.#paidOffAt.size;
  }

  /** Whether no client at all owes anything: a cheap look before a client's address is even found out. */
  get quiet(): boolean {
    return this.#options.now() >= this.#allPaidOffAt;
  }

  /**
   * Tells how long a client has to wait, and counts nothing.
   *
   * @param client Who.
   * @returns Milliseconds; 0 when it may act now.
   */
  waitMs(client: string): number {
    const owedMs = this.#owedMs(client, this.#options.now());
    return Math.max(0, owedMs - this.#burstMs);
  }

  /**
   * Lets a client act, or not. Only what is let through counts.
   *
   * @param client Who.
   * @returns Milliseconds to wait; 0 when it may act, which is counted.
   */
  take(client: string): number {
    const now = this.#options.now();
    const owedMs = this.#owedMs(client, now);
    const waitMs = Math.max(0, owedMs - this.#burstMs);
    this.#remember(client, now + owedMs + (waitMs > 0 ? 0 : this.#intervalMs), now);
    return waitMs;
  }

  /** Never more than a whole minute: the system's clock may have been set back. */
  #owedMs(client: string, now: number): number {
    const paidOffAt = this.#paidOffAt.get(client);
    return paidOffAt === undefined ? 0 : Math.min(Math.max(0, paidOffAt - now), MINUTE_MS);
  }

  #remember(client: string, paidOffAt: number, now: number): void {
    if (!this.#paidOffAt.delete(client) && this.#paidOffAt.size >= this.#options.maxClients) this.#forgetOne(now);
    this.#paidOffAt.set(client, paidOffAt);
    if (paidOffAt > this.#allPaidOffAt) this.#allPaidOffAt = paidOffAt;
  }

  #forgetOne(now: number): void {
    const silent = this.#paidOffAt.entries().take(EVICTION_SAMPLE).toArray();
    const least = silent.reduce((a, b) => b[1] < a[1] ? b : a);
    for (const [client, paidOffAt] of silent) {
      if (client !== least[0] && paidOffAt > now) {
        // Not again the next to be looked at: a few great debtors would shield the rest.
        this.#paidOffAt.delete(client);
        this.#paidOffAt.set(client, paidOffAt);
      }
    }
    this.#paidOffAt.delete(least[0]);
  }
}
