/**
 * The engine's thread.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { pause, systemClock } from "./clock.ts";
import { reportError } from "./errors.ts";
import type { ReplicaConfig } from "./config.ts";
import type { CommitGate } from "./live_wal.ts";
import type { ObjectStore } from "./object_store.ts";
import { openStore } from "./open_store.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { Replicator } from "./replicator.ts";
import type { ReaderGate } from "./restored_database.ts";
import { RequestMeter } from "./request_meter.ts";
import { TallyReporter } from "./tally_reporter.ts";

/** How long the main thread may take to hold its commits before the barrier goes on without, in milliseconds. */
const HOLD_TIMEOUT_MS = 100;

const clock = systemClock;
const random = Math.random;
let replicator: Replicator | null = null;
let onHeld: (requestId: number) => void = () => {};
let onClosed: (requestId: number) => void = () => {};
let lastRequestId = 0;
const meters: { readonly meter: RequestMeter; readonly store: ObjectStore }[] = [];
const reporter = new TallyReporter({ clock, report });

function send(message: FromWorker): void {
  self.postMessage(message);
}

/** Tells something, and what was counted soon after. */
function tell(message: FromWorker): void {
  send(message);
  reporter.touch();
}

async function report(): Promise<void> {
  if (replicator === null) return;
  const tally = await replicator.takeTally();
  send({ type: "tally", tally: { ...tally, requests: meters.flatMap(({ meter, store }) => meter.take(store.url)) } });
}

/** Opens a store whose requests are counted. */
function openMetered(config: ReplicaConfig): ObjectStore {
  const meter = new RequestMeter(() => reporter.touch());
  const store = openStore(config, { clock, random, onRequest: (request) => meter.count(request) });
  meters.push({ meter, store });
  return store;
}

const gate: CommitGate = {
  hold: async () => {
    const requestId = ++lastRequestId;
    const held = new AbortController();
    onHeld = (id) => {
      if (id === requestId) held.abort();
    };
    send({ type: "hold", requestId });
    await pause(clock, HOLD_TIMEOUT_MS, held.signal);
  },
  release: () => send({ type: "release" }),
};

const readers: ReaderGate = {
  open: () => send({ type: "readable" }),
  close: async () => {
    const requestId = ++lastRequestId;
    const { promise, resolve } = Promise.withResolvers<void>();
    onClosed = (id) => {
      if (id === requestId) resolve();
    };
    send({ type: "close", requestId });
    await promise;
  },
};

async function start({ config, isDatabaseOpen, notice }: Extract<ToWorker, { type: "start" }>): Promise<void> {
  replicator = new Replicator({
    databasePath: config.databasePath,
    stores: config.replicas.map(openMetered),
    onStale: config.onStale,
    fencing: config.fencing,
    closesLog: true,
    settings: config.settings,
    gate,
    readers,
    clock,
    random,
    emit: (event) => tell({ type: "event", event }),
    onStatus: (statuses) => tell({ type: "status", statuses }),
  });
  await replicator.prepare({ isDatabaseOpen });
  send({ type: "prepared" });
  replicator.notice(notice);
  replicator.start();
  await replicator.ended;
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "start":
      return await start(message);
    case "committed":
      return replicator?.notice(message.notice);
    case "gathered":
      return replicator?.gathered();
    case "held":
      return onHeld(message.requestId);
    case "closed":
      return onClosed(message.requestId);
    case "stop": {
      const outcome = await replicator?.stop(message.deadlineMs) ?? "nothing-to-sync";
      await reporter.flush();
      send({ type: "stopped", outcome });
      return self.close();
    }
    default:
      message satisfies never;
  }
}

/** A transaction that is left open would block the database for good. */
function fail(error: unknown): void {
  replicator?.endTransactions();
  send({ type: "failed", error: reportError(error) });
  self.close();
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  receive(data).catch(fail);
});
// A module below awaits at its top level, so this one runs late, and what comes before the listener is dropped.
send({ type: "listening" });
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error);
});
