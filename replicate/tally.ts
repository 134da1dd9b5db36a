/**
 * What the engine's thread counts, and sends to whoever makes metrics of it.
 *
 * @module
 */

import type { RequestOperation } from "./request_prices.ts";

/** How a request ended: the first digit of its HTTP status, or `none` when no answer came. */
export type StatusClass = "1xx" | "2xx" | "3xx" | "4xx" | "5xx" | "none";

/** Requests of one kind to one replica. */
export interface RequestCount {
  /** The replica. */
  readonly replica: string;
  /** The kind. */
  readonly operation: RequestOperation;
  /** How they ended. */
  readonly status: StatusClass;
  /** How many. */
  readonly count: number;
  /** The bytes of their bodies; of a `GET`, those of the answer's. */
  readonly bytes: number;
}

/** What our connections did to the database. */
export interface DatabaseTally {
  /** Checkpoints that were run. */
  readonly checkpoints: number;
  /** How many of them SQLite refused. */
  readonly checkpointErrors: number;
  /** How long they took together, in milliseconds. */
  readonly checkpointMs: number;
  /** How long SQLite's write lock was kept from others, each time, in milliseconds. */
  readonly lockHoldsMs: readonly number[];
}

/** What happened since the last tally, and how large things are now. Plain data. */
export interface EngineTally extends DatabaseTally {
  /** Size of the database file, in bytes. */
  readonly databaseBytes: number;
  /** Size of the WAL file, in bytes. */
  readonly walBytes: number;
  /** Requests to the replicas. */
  readonly requests: readonly RequestCount[];
}

/** What one replica's writer has done since its thread began. */
export interface SyncTally {
  /** Bytes of the WAL that were captured. */
  readonly capturedBytes: number;
  /** Ordinal of the WAL that is captured, in its generation. */
  readonly walIndex: number;
  /** How much of it is captured, in bytes. */
  readonly walBytes: number;
  /** Bytes of the WAL that are in the replica, before compression. */
  readonly uploadedBytes: number;
  /** Segments that were uploaded. */
  readonly uploads: number;
  /** How long the uploads took, in milliseconds. */
  readonly uploadMs: number;
}
