/**
 * Replicating what there is, and no more.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import type { ReplicateEvent } from "../events.ts";
import type { DatabaseSource } from "../litestream/model.ts";
import { pathExists } from "../path_exists.ts";
import { DatabaseReplication } from "./database_replication.ts";
import type { Log } from "./log.ts";
import type { Shell } from "./shell.ts";

/** How often in a row an upload may fail before it is given up. */
const FAILURES_MAX = 5;

/** How long it may take all the same, in milliseconds: a day. */
const DEADLINE_MS = 86_400_000;

/**
 * Uploads everything that is committed, and ends.
 *
 * @param shell The world; a signal ends it early.
 * @param sources The databases; all have to be there.
 * @param log Where what happens is written down.
 * @returns The exit code: 0 when everything is in every replica.
 * @throws {ReplicateError} `bad-config` when a database is not there.
 */
export async function replicateOnce(shell: Shell, sources: readonly DatabaseSource[], log: Log): Promise<number> {
  if (sources.length === 0) {
    throw new ReplicateError("bad-config", "Cannot replicate as the configuration has no databases");
  }
  for (const { path } of sources) {
    if (!await pathExists(path)) {
      throw new ReplicateError("bad-config", `Cannot replicate "${path}" as there is no such file`);
    }
  }
  const givingUp = new AbortController();
  const undo = shell.onSignal(() => givingUp.abort());
  try {
    const outcomes = await Promise.all(sources.map((source) => syncOnce(shell, { source, log, givingUp })));
    return outcomes.every((isSynced) => isSynced) ? 0 : 1;
  } finally {
    undo();
  }
}

interface OnceOptions {
  readonly source: DatabaseSource;
  readonly log: Log;
  readonly givingUp: AbortController;
}

async function syncOnce(shell: Shell, { source, log, givingUp }: OnceOptions): Promise<boolean> {
  const hopeless = new AbortController();
  const signal = AbortSignal.any([givingUp.signal, hopeless.signal]);
  const onEvent = failureWatch(() => hopeless.abort());
  const replication = new DatabaseReplication(shell, {
    source,
    closesLog: false,
    log,
    terminal: shell.terminal,
    onEvent,
  });
  const cutShort = (): void => void replication.stop(0);
  signal.addEventListener("abort", cutShort, { once: true });
  replication.start();
  const outcome = await replication.stop(DEADLINE_MS);
  signal.removeEventListener("abort", cutShort);
  log(outcome === "synced" ? "info" : "error", "Replicated once", { db: source.path, outcome });
  return outcome === "synced";
}

/** Tells when a replica refuses us, or has failed several times in a row. */
function failureWatch(giveUp: () => void): (event: ReplicateEvent) => void {
  const failures = new Map<string, number>();
  return (event) => {
    if (event.type === "sync-recovered") failures.delete(event.replica);
    if (event.type !== "sync-failed") return;
    const count = (failures.get(event.replica) ?? 0) + 1;
    failures.set(event.replica, count);
    if (event.error.code === "store-refused" || count >= FAILURES_MAX) giveUp();
  };
}
