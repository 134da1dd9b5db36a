/**
 * Events in words, for logs and terminals.
 *
 * @module
 */

import type { ReplicateEvent } from "./events.ts";
import { hasWalResetBug } from "./sqlite_version.ts";

/** How much an event matters. */
export type EventLevel = "debug" | "info" | "warning" | "error";

/** An event, ready to be written down. */
export interface EventDescription {
  /** How much it matters. */
  readonly level: EventLevel;
  /** What happened, a constant text. */
  readonly message: string;
  /** The particulars. */
  readonly fields: Readonly<Record<string, string | number | null>>;
}

/**
 * Describes an event.
 *
 * @param event What happened.
 * @returns Level, message and particulars.
 */
export function describeEvent(event: ReplicateEvent): EventDescription {
  const [level, message] = wordsFor(event);
  return { level, message, fields: fieldsOf(event) };
}

function wordsFor(event: ReplicateEvent): [EventLevel, string] {
  switch (event.type) {
    case "generation-started":
      return [event.reason.startsWith("wal") ? "warning" : "info", "New generation"];
    case "database-opened":
      return hasWalResetBug(event.sqliteVersion)
        ? [
          "warning",
          "This SQLite has the WAL-reset bug, mended in 3.51.3: let no other process checkpoint the database",
        ]
        : ["info", "Database opened for replication"];
    case "database-on-remote-files":
      return [
        "warning",
        "The database lies on a network or shared file system, where SQLite's locks cannot be relied on: use a local disk",
      ];
    case "database-replaced":
      return event.found === "same" ? ["info", "The database file that is open is in its place again"] : [
        "error",
        "The database file was moved or replaced while it was in use: stop what uses it, and this, and start again",
      ];
    case "resumed":
      return ["info", "Replication resumed where it was"];
    case "nothing-to-restore":
      return ["info", "The replica is empty: nothing to restore"];
    case "restored":
      return ["info", "Database restored from the replica"];
    case "progress":
      return ["info", event.task === "restore" ? "Restoring" : "Writing a snapshot"];
    case "snapshot-written":
      return ["info", "Snapshot written"];
    case "snapshot-failed":
      return ["warning", "A later snapshot failed and will be tried again; replication goes on"];
    case "retention-applied":
      return ["info", "Old objects deleted from the replica"];
    case "retention-failed":
      return ["warning", "Old objects could not be deleted from the replica; replication goes on"];
    case "validated":
      return ["info", "The replica was restored and equals the database"];
    case "validation-failed":
      return ["error", "The replica does not restore to what the database holds"];
    case "validation-skipped":
      return ["warning", "The replica could not be validated; that says nothing about it"];
    case "wal-restarted":
      return ["debug", "WAL checkpointed and restarted"];
    case "checkpoint-pinned":
      return ["warning", "A long read transaction keeps the WAL from being restarted"];
    case "checkpoint-failed":
      return ["error", "SQLite could not checkpoint: the WAL grows until it can"];
    case "wal-bound-exceeded":
      return ["error", "The WAL outgrew its bound while the replica could not be reached: a new generation will begin"];
    case "stale-database":
      return ["warning", "The database had missed another instance's writes and was moved aside"];
    case "takeover-waiting":
      return ["info", "Another instance may still be writing: waiting until it closes its log, or its time is over"];
    case "fencing-unsupported":
      return ["warning", "The store has no conditional writes: run one instance only, as two would go unnoticed"];
    case "claim-lost":
      return ["warning", "Another instance was faster in taking over: restoring what it has written"];
    case "fenced":
      return ["error", "Another instance writes to the replica: this one is fenced and serves reads only"];
    case "sync-failed":
      return ["warning", "Replication failed and will be tried again"];
    case "sync-recovered":
      return ["info", "Replication works again"];
    case "worker-failed":
      return ["error", "The replication worker ended and will be restarted"];
    default:
      return event satisfies never;
  }
}

function fieldsOf(event: ReplicateEvent): EventDescription["fields"] {
  const fields: Record<string, string | number | null> = {};
  for (const [name, value] of Object.entries(event)) {
    if (name === "type") continue;
    if (typeof value === "string" || value === null) fields[name] = value;
    else if (typeof value === "number") fields[name] = Math.round(value * 10) / 10;
    else fields[name] = `${value.code}: ${value.message}`;
  }
  return fields;
}
