/**
 * The metrics of one database that other processes use.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { ReplicateEvent } from "../events.ts";
import { LagAge } from "../lag_age.ts";
import type { DatabaseSource, ReplicaSource } from "../litestream/model.ts";
import { ReplicationMetrics } from "../metrics.ts";
import { RequestMeter } from "../request_meter.ts";
import type { EngineTally } from "../tally.ts";
import type { WriterStatus } from "../writer_status.ts";
import type { Shell } from "./shell.ts";
import { type OpenReplica, openReplica } from "./sources.ts";

/** What {@linkcode DatabaseMetrics} works with. */
export interface DatabaseMetricsOptions {
  /** Another database's metrics, beside which it is counted. Default: alone. */
  readonly beside?: DatabaseMetrics;
  /** Time. */
  readonly clock: Clock;
}

/** Collects what one engine tells. Its counts are taken when somebody wants to see them. */
export class DatabaseMetrics {
  readonly #clock: Clock;
  readonly #metrics: ReplicationMetrics;
  readonly #names = new Map<string, string>();
  readonly #meters = new Map<string, RequestMeter>();
  #ages = new Map<string, LagAge>();
  #statuses: readonly WriterStatus[] = [];

  /**
   * @param source The database and its replicas.
   * @param options Beside what it is counted, and time.
   */
  constructor({ path, replicas }: DatabaseSource, { beside, clock }: DatabaseMetricsOptions) {
    this.#clock = clock;
    this.#metrics = new ReplicationMetrics({
      databasePath: path,
      replicas: replicas.map(({ location: { type } }) => ({ type })),
      names: this.#names,
      health: () =>
        this.#statuses.map((status) => ({ ...status, lagSeconds: this.#ages.get(status.replica)?.seconds ?? 0 })),
      ...beside === undefined ? {} : { beside: beside.#metrics },
      clock,
    });
  }

  /**
   * Opens a replica whose requests are counted.
   *
   * @param source The replica; the label `name` is its name.
   * @param shell Has credentials, time and randomness.
   * @returns The replica.
   * @throws {ReplicateError} `bad-config` when there are no credentials.
   */
  open(source: ReplicaSource, shell: Shell): OpenReplica {
    const meter = new RequestMeter(() => {});
    const replica = openReplica(source, { ...shell, onRequest: (request) => meter.count(request) });
    this.#names.set(replica.store.url, source.name);
    this.#meters.set(replica.store.url, meter);
    return replica;
  }

  /**
   * Takes note of an event.
   *
   * @param event What happened.
   */
  observe(event: ReplicateEvent): void {
    this.#metrics.observe(event);
    if (event.type !== "worker-failed") return;
    this.#statuses = []; // the next engine counts from 0
    this.#ages = new Map();
  }

  /**
   * Takes note of how the replicas are doing.
   *
   * @param statuses What their writers tell.
   */
  update(statuses: readonly WriterStatus[]): void {
    this.#statuses = statuses;
    for (const { replica, lagBytes, tally: { uploadedBytes } } of statuses) {
      const age = this.#ages.get(replica) ?? new LagAge(this.#clock);
      this.#ages.set(replica, age);
      age.update({ uploadedBytes, lagBytes });
    }
  }

  /**
   * Takes note of everything up to now.
   *
   * @param tally What the engine has counted since the last call; null while it does not run.
   */
  refresh(tally: Omit<EngineTally, "requests"> | null): void {
    if (tally !== null) {
      const requests = Array.from(this.#meters, ([url, meter]) => meter.take(url)).flat();
      this.#metrics.count({ ...tally, requests });
    }
    this.#metrics.refresh();
  }

  /**
   * Writes everything down.
   *
   * @returns Prometheus' text format, with the other databases'.
   */
  text(): Promise<string> {
    return this.#metrics.text();
  }
}
