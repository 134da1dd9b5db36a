/**
 * Whether a store can keep two writers apart.
 *
 * @module
 */

import type { FencingMode } from "./config.ts";
import { ReplicateError } from "./errors.ts";
import type { EventListener } from "./events.ts";
import { probeCreateIfAbsent } from "./fencing_probe.ts";
import type { ObjectStore } from "./object_store.ts";

/** Finds out once for each store whether it creates only what is absent. */
export class Fencing {
  readonly #mode: FencingMode;
  readonly #emit: EventListener;
  readonly #random: () => number;
  readonly #answers = new Map<ObjectStore, boolean>();

  /**
   * @param mode What the operator wishes.
   * @param options Receives a warning for a store that cannot; a number in [0, 1) for the probe's key.
   */
  constructor(
    mode: FencingMode,
    { emit, random }: { readonly emit: EventListener; readonly random: () => number },
  ) {
    this.#mode = mode;
    this.#emit = emit;
    this.#random = random;
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
    const isFenced = await probeCreateIfAbsent(store, { random: this.#random, signal }) === "supported";
    if (!isFenced && this.#mode === "required") {
      throw new ReplicateError(
        "store-refused",
        `Cannot keep other writers away from "${store.url}" as it has no conditional writes: ` +
          `use another provider, or set FENCING=auto and never run two instances`,
      );
    }
    if (!isFenced) {
      store.createOverwriting?.();
      this.#emit({ type: "fencing-unsupported", replica: store.url });
    }
    this.#answers.set(store, isFenced);
    return isFenced;
  }
}
