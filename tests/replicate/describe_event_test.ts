import { assert, assertEquals } from "@std/assert";
import { describeEvent, type EventLevel } from "../../replicate/describe_event.ts";
import type { GenerationReason, ReplicateEvent } from "../../replicate/events.ts";

const replica = "file:///replica";
const position = "0011223344556677/00000000:0";
const error = { name: "ReplicateError", code: "store-unavailable", message: "No answer", retryable: true } as const;

/** One of each: the compiler says when a kind is missing. */
const EVENTS: { readonly [T in ReplicateEvent["type"]]: Extract<ReplicateEvent, { type: T }> } = {
  "generation-started": { type: "generation-started", replica, position, reason: "first generation" },
  "database-opened": { type: "database-opened", sqliteVersion: "3.51.3" },
  "database-on-remote-files": { type: "database-on-remote-files", path: "/data/app.db", fileSystem: "nfs4" },
  "database-replaced": { type: "database-replaced", path: "/data/app.db", found: "replaced" },
  "resumed": { type: "resumed", replica, position },
  "nothing-to-restore": { type: "nothing-to-restore", replica },
  "restored": { type: "restored", replica, position, databaseBytes: 4096, objects: 3, durationMs: 12.34567 },
  "progress": { type: "progress", task: "restore", replica, doneBytes: 1, totalBytes: 2 },
  "snapshot-written": { type: "snapshot-written", replica, position, databaseBytes: 4096, durationMs: 0.04 },
  "snapshot-failed": { type: "snapshot-failed", replica, error, nextTryMs: 60_000 },
  "retention-applied": { type: "retention-applied", replica, objects: 10, bytes: 4096 },
  "retention-failed": { type: "retention-failed", replica, error },
  "validated": { type: "validated", replica, position, databaseBytes: 4096, durationMs: 10 },
  "validation-failed": { type: "validation-failed", replica, position, error },
  "validation-skipped": { type: "validation-skipped", replica, error },
  "wal-restarted": { type: "wal-restarted", frames: 1000, heldMs: 2.25 },
  "checkpoint-pinned": { type: "checkpoint-pinned", frames: 1000, checkpointedFrames: 10 },
  "checkpoint-failed": { type: "checkpoint-failed", error },
  "wal-bound-exceeded": { type: "wal-bound-exceeded", replica, walBytes: 2 ** 30 },
  "stale-database": { type: "stale-database", replica, movedTo: "/data/store.db.stale" },
  "takeover-waiting": { type: "takeover-waiting", replica, position, graceMs: 10_000 },
  "fencing-unsupported": { type: "fencing-unsupported", replica },
  "claim-lost": { type: "claim-lost", replica, key: "generations/x" },
  "fenced": { type: "fenced", replica, key: "generations/x" },
  "sync-failed": { type: "sync-failed", replica, error, nextTryMs: 1_000 },
  "sync-recovered": { type: "sync-recovered", replica },
  "worker-failed": { type: "worker-failed", error, nextTryMs: 1_000 },
};

Deno.test("describeEvent() grades each event", () => {
  const levels: Readonly<Record<ReplicateEvent["type"], EventLevel>> = {
    "generation-started": "info",
    "database-opened": "info",
    "database-on-remote-files": "warning",
    "database-replaced": "error",
    "resumed": "info",
    "nothing-to-restore": "info",
    "restored": "info",
    "progress": "info",
    "snapshot-written": "info",
    "snapshot-failed": "warning",
    "retention-applied": "info",
    "retention-failed": "warning",
    "validated": "info",
    "validation-failed": "error",
    "validation-skipped": "warning",
    "wal-restarted": "debug",
    "checkpoint-pinned": "warning",
    "checkpoint-failed": "error",
    "wal-bound-exceeded": "error",
    "stale-database": "warning",
    "takeover-waiting": "info",
    "fencing-unsupported": "warning",
    "claim-lost": "warning",
    "fenced": "error",
    "sync-failed": "warning",
    "sync-recovered": "info",
    "worker-failed": "error",
  };
  for (const event of Object.values(EVENTS)) assertEquals(describeEvent(event).level, levels[event.type], event.type);
});

Deno.test("describeEvent() says of each event what no other says, in a sentence without a period", () => {
  const messages = Object.values(EVENTS).map((event) => describeEvent(event).message);
  assertEquals(new Set(messages).size, messages.length);
  for (const message of messages) assert(/^[A-Z].*[^.\s]$/.test(message), message);
});

Deno.test("describeEvent() warns of a new generation when the WAL was lost, and tells why", () => {
  const table: Readonly<Record<GenerationReason, EventLevel>> = {
    "first generation": "info",
    "restored from the replica": "info",
    "max index reached": "info",
    "wal restarted by another process": "warning",
    "wal overwritten by another process": "warning",
    "wal does not continue the replica": "warning",
    "wal outgrew its bound": "warning",
  };
  for (const reason of Object.keys(table) as GenerationReason[]) {
    const { level, fields } = describeEvent({ ...EVENTS["generation-started"], reason });
    assertEquals([level, fields["reason"]], [table[reason], reason]);
  }
});

Deno.test("hazard 3: describeEvent() names SQLite's version, and warns of one with the WAL-reset bug", () => {
  const old = describeEvent({ type: "database-opened", sqliteVersion: "3.51.2" });
  assertEquals([old.level, old.fields["sqliteVersion"]], ["warning", "3.51.2"]);
  assert(old.message.includes("WAL-reset"));
  assertEquals(describeEvent(EVENTS["database-opened"]).fields, { sqliteVersion: "3.51.3" });
});

Deno.test("describeEvent() tells a snapshot's progress from a restore's", () => {
  const restoring = describeEvent(EVENTS.progress);
  const writing = describeEvent({ ...EVENTS.progress, task: "snapshot", totalBytes: null });
  assert(restoring.message !== writing.message);
  assertEquals(writing.fields, { task: "snapshot", replica, doneBytes: 1, totalBytes: null });
});

Deno.test("describeEvent() passes on the particulars, numbers rounded and errors in a line", () => {
  assertEquals(describeEvent(EVENTS.restored).fields, {
    replica,
    position,
    databaseBytes: 4096,
    objects: 3,
    durationMs: 12.3,
  });
  assertEquals(describeEvent(EVENTS["sync-failed"]).fields, {
    replica,
    error: "store-unavailable: No answer",
    nextTryMs: 1_000,
  });
});
