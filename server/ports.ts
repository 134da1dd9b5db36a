/**
 * What the service needs from its surroundings and does not know how to do.
 *
 * @module
 */

/** Says when what SQLite has committed is as durable as the operator asked. */
export interface Durability {
  /** Called synchronously after every commit of the service's database. Must not throw and must not block. */
  committed(): void;
  /**
   * Waits until everything committed before this call is as durable as the operator asked: at once when the local
   * disk is enough.
   *
   * @param signal Fires when nobody waits any longer.
   * @param waiting How many requests wait with this call.
   * @returns A promise that rejects when that durability was not reached.
   */
  durable(signal: AbortSignal, waiting: number): Promise<void>;
}

/** `writer`: this instance writes. `waiting`: another one still may. `fenced`: another one does. `off`: no replication. */
export type ReplicationRole = "writer" | "waiting" | "fenced" | "off";

/** How replication is doing. */
export interface ReplicationHealth {
  /** What this instance is to its replicas. */
  readonly role: ReplicationRole;
  /** The last position that the replica has, such as `<generation>/00000001:4152`; `null` before the first. */
  readonly position: string | null;
  /** Bytes committed here that the replica does not have yet. */
  readonly lagBytes: number;
  /** For how many seconds the oldest of them has been waiting. */
  readonly lagSeconds: number;
  /** When the replica last caught up, as RFC 3339; `null` before the first time. */
  readonly lastSyncAt: string | null;
  /** Why replication does not work at the moment; `null` when it does. */
  readonly error: string | null;
}

/** Tells how replication is doing, at once. */
export interface HealthProbe {
  /**
   * Reads the current state.
   *
   * @returns The state right now.
   */
  health(): ReplicationHealth;
  /**
   * Reads that part of it which decides whether this instance may write. Called for every write: must be cheap.
   *
   * @returns The role right now.
   */
  role(): ReplicationRole;
}

/** Has metrics whose names are nobody else's. */
export interface MetricsSource {
  /** Writes them down in Prometheus' text format. */
  text(): Promise<string>;
}

/** Everything the service asks of its surroundings. */
export interface ServerPorts {
  /** When a paste is as durable as the operator asked. */
  readonly durability: Durability;
  /** How replication is doing. */
  readonly health: HealthProbe;
  /** Metrics to show beside the service's own. Default: none. */
  readonly metrics?: MetricsSource;
}
