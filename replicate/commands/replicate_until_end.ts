/**
 * Replicating until a signal comes, or a command has ended.
 *
 * @module
 */

import { pause } from "../clock.ts";
import type { LitestreamConfig } from "../litestream/model.ts";
import { type Child, startChild } from "./child.ts";
import { DatabaseMetrics } from "./database_metrics.ts";
import { DatabaseReplication } from "./database_replication.ts";
import { interruptible } from "./interruption.ts";
import type { Log } from "./log.ts";
import { listenForMetrics } from "./metrics_listener.ts";
import type { Shell } from "./shell.ts";

/** How long the last uploads may take, in milliseconds. */
const FINAL_SYNC_MS = 30_000;

/** The longest time that the clock can wait at once, in milliseconds. */
const LONG_MS = 0x7fff_ffff;

/** What {@linkcode replicateUntilEnd} has to know. */
export interface ReplicateOrder extends Pick<LitestreamConfig, "databases" | "exec" | "addr"> {
  /** What to do about a database that is not there, before the command is started. */
  readonly ifMissing?: "wait" | "restore";
}

/**
 * Replicates until the end, and then uploads what is left.
 *
 * @param shell The world; the first signal ends the work, a second one at once.
 * @param order The databases, and the command to run beside.
 * @param log Where what happens is written down.
 * @returns The exit code: the command's if there is one; 1 when not everything is in the replicas, or after a second
 * signal.
 * @throws {UsageError} When the command cannot be read.
 * @throws {ReplicateError} `bad-config` when the command cannot be run, or a bucket has no credentials; what a database
 * cannot be restored for, if it was to be.
 */
export async function replicateUntilEnd(shell: Shell, order: ReplicateOrder, log: Log): Promise<number> {
  if (order.databases.length === 0) log("error", "The configuration has no databases");
  const closesLog = order.exec !== null; // any other application goes on without us
  let metrics: DatabaseMetrics | undefined;
  const replications = order.databases.map((source) => {
    if (order.addr === null) return new DatabaseReplication(shell, { source, closesLog, log, terminal: null });
    metrics = new DatabaseMetrics(source, { clock: shell.clock, ...metrics === undefined ? {} : { beside: metrics } });
    return new DatabaseReplication(shell, { source, closesLog, log, terminal: null, metrics });
  });
  const server = order.addr && listenForMetrics(order.addr, {
    text: async () => {
      for (const replication of replications) await replication.refreshMetrics();
      return await metrics?.text() ?? "";
    },
    log,
  });
  try {
    if (order.ifMissing === "restore") await prepareAll(shell, replications);
    return await replicateAll(shell, replications, { exec: order.exec, log });
  } finally {
    await server?.shutdown();
  }
}

/** Has every database where it belongs. A signal gives up, and so does the first one that cannot be restored. */
async function prepareAll(shell: Shell, replications: readonly DatabaseReplication[]): Promise<void> {
  await interruptible(shell, async (signal) => {
    const failed = new AbortController();
    const givingUp = AbortSignal.any([signal, failed.signal]);
    const stopped = new Promise<unknown>((resolve) => {
      const stop = (): void => resolve(Promise.all(replications.map((replication) => replication.stop(0))));
      givingUp.addEventListener("abort", stop, { once: true });
    });
    await Promise.all(
      replications.map((replication) => replication.prepare().catch((error: unknown) => failed.abort(error))),
    );
    if (givingUp.aborted) await stopped;
    givingUp.throwIfAborted();
  });
}

interface Surroundings {
  readonly exec: string | null;
  readonly log: Log;
}

async function replicateAll(
  shell: Shell,
  replications: readonly DatabaseReplication[],
  { exec, log }: Surroundings,
): Promise<number> {
  for (const replication of replications) replication.start();
  let child: Child | null = null;
  try {
    child = exec === null ? null : startChild(exec);
  } catch (error) {
    await Promise.all(replications.map((replication) => replication.stop(0)));
    throw error;
  }
  const { ended, aborted, undo } = awaitEnd(shell, child, log);
  const exitCode = await Promise.race([ended, aborted]);
  const stopped = Promise.all(replications.map((replication) => replication.stop(FINAL_SYNC_MS)));
  const outcomes = await Promise.race([stopped, aborted]);
  undo();
  if (typeof outcomes === "number") return outcomes;
  const isIncomplete = outcomes.includes("incomplete");
  if (isIncomplete) log("error", "Not everything is in the replicas");
  else log("info", "Everything is in the replicas");
  return exitCode === 0 && isIncomplete ? 1 : exitCode;
}

interface End {
  /** The exit code, once it is time to finish. */
  readonly ended: Promise<number>;
  /** The exit code, once it is time to give up. */
  readonly aborted: Promise<number>;
  /** Gives signals their usual meaning back. */
  readonly undo: () => void;
}

/** Waits for the command, or without one for a signal, which a command gets instead; a second one means to give up. */
function awaitEnd(shell: Shell, child: Child | null, log: Log): End {
  const ended = Promise.withResolvers<number>();
  const aborted = Promise.withResolvers<number>();
  const waiting = new AbortController();
  let signals = 0;
  const undoSignals = shell.onSignal((signal) => {
    if (++signals === 1) {
      log("info", "Signal received: finishing", { signal });
      if (child === null) ended.resolve(0);
      else child.kill(signal);
      return;
    }
    log("error", "Second signal received: giving up", { signal });
    child?.kill("SIGKILL");
    if (child === null || signals > 2) aborted.resolve(1);
    else child.exitCode.then(() => aborted.resolve(1));
  });
  child?.exitCode.then((code) => {
    log("info", "The command has ended", { code });
    ended.resolve(code);
  });
  void keepAlive(shell, waiting.signal);
  const undo = (): void => {
    waiting.abort();
    undoSignals();
  };
  return { ended: ended.promise, aborted: aborted.promise, undo };
}

/** Neither a listener for signals nor a fenced replication keeps a process from ending. */
async function keepAlive({ clock }: Shell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await pause(clock, LONG_MS, signal);
}
