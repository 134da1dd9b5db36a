/**
 * Whether a store can keep two writers apart.
 *
 * @module
 */

import type { FencingMode } from "./config.ts";
import { ReplicateError } from "./errors.ts";
import type { EventListener } from "./events.ts";
import type { ObjectStore } from "./object_store.ts";

/** Outside `generations/`, and the same at each start: it is created once, and never deleted. */
const PROBE_KEY = "chain/probe";

/** Finds out once for each store whether it creates only what is absent. */
export class Fencing {
  readonly #mode: FencingMode;
  readonly #emit: EventListener;
  readonly #answers = new Map<ObjectStore, boolean>();

  /**
   * @param mode What the operator wishes.
   * @param emit Receives a warning for a store that cannot.
   */
  constructor(mode: FencingMode, emit: EventListener) {
    this.#mode = mode;
    this.#emit = emit;
  }

  /**
   * Tries, unless that is known or not wanted.
   *
   * @param store The replica's objects.
   * @param signal Gives up.
   * @returns Whether a log in this store has one owner.
   * @throws {ReplicateError} `store-refused` when it has to and cannot; `store-unavailable`.
   */
  async isFenced(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
    if (this.#mode === "off") return false;
    const known = this.#answers.get(store);
    if (known !== undefined) return known;
    const isFenced = await createsOnlyWhatIsAbsent(store, signal);
    if (!isFenced && this.#mode === "required") {
      throw new ReplicateError(
        "store-refused",
        `Cannot keep other writers away from "${store.url}" as it has no conditional writes: ` +
          `use another provider, or set FENCING=auto and never run two instances`,
      );
    }
    if (!isFenced) this.#emit({ type: "fencing-unsupported", replica: store.url });
    this.#answers.set(store, isFenced);
    return isFenced;
  }
}

/** The second of two creates of one key must be refused; that it was refused at once, by an earlier start's, will do. */
async function createsOnlyWhatIsAbsent(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  const bytes = new TextEncoder().encode("Shows that this store creates only what is absent\n");
  for (let tries = 0; tries < 2; tries++) {
    if (await store.create(PROBE_KEY, bytes, { signal }) === "exists") return true;
  }
  return false;
}
