/**
 * The service as a whole: listening, opening, holding, draining.
 *
 * @module
 */

import type { Hono } from "hono";
import { customAlphabet } from "nanoid";
import { createApp, createStartingApp } from "./app.ts";
import { clientParts } from "./client_parts.ts";
import { monotonicMs, systemClock } from "./clock.ts";
import { CodecPool } from "./codec.ts";
import type { ServerConfig } from "./config.ts";
import { Database } from "./database.ts";
import { DELETE_TOKEN_LENGTH } from "./delete_token.ts";
import { durableWait } from "./durable_wait.ts";
import { errorResponse } from "./error_response.ts";
import { PasteError } from "./errors.ts";
import { badHost, hasPossibleHost } from "./link.ts";
import { InFlight } from "./in_flight.ts";
import { PASTE_ID_ALPHABET, PASTE_ID_RANDOM_LENGTH } from "./paste_id.ts";
import { ServiceMetrics } from "./metrics.ts";
import { listenForMetrics } from "./metrics_listener.ts";
import type { ServerPorts } from "./ports.ts";
import { ReadOnlyStore } from "./read_only_store.ts";
import { ReadingPhase, WRITES } from "./reading_phase.ts";
import { loadAssets } from "./routes/assets.ts";
import { migrate } from "./schema.ts";
import { SqlitePasteStore } from "./sqlite_paste_store.ts";
import { StorageQuota, STORED_BYTES_SQL } from "./storage_quota.ts";
import { Sweeper } from "./sweeper.ts";

/** How long bodies that are under way may take once the service stops, in milliseconds. */
const BODY_GRACE_MS = 5_000;

const STOPPING = "Cannot write as the service is stopping: try again";

/** How long a statement may wait for another process's lock once requests are served, in milliseconds. */
const BUSY_WAIT_MS = 20;

/** The most threads that compress; they are started one by one, when there is something to do for them. */
const MAX_CODEC_THREADS = 4;

/** A running service. */
export interface PasteServer {
  /** The port it listens on. */
  readonly port: number;
  /** The port on which metrics are to be had; `null` when they are not wanted. */
  readonly metricsPort: number | null;
  /**
   * Opens the database, creates it when it is not there, brings it to the current schema and begins to serve. To be
   * called once, when the file is restored and not held. Ends {@linkcode openForReading} first.
   *
   * @throws {Error} When the database cannot be opened; the service goes on answering that it starts.
   */
  open(): Promise<void>;
  /**
   * Lets the restored database be read soon, though another instance still writes: nothing is written, and whatever
   * would write is answered with 503. When it cannot be opened, or is of another version, that is logged and the
   * service goes on answering that it starts. Nothing happens once {@linkcode open} was called.
   */
  openForReading(): void;
  /**
   * Ends that: waits for the reads in flight and closes the file, so that another may take its place. The service
   * answers that it starts again.
   *
   * @returns Resolves when the file is closed; at once when it is not open.
   */
  closeForReading(): Promise<void>;
  /** From now on nothing is written to the database, until {@linkcode release}: pastes wait, reads go on. Not counted. */
  hold(): void;
  /** Lets pastes be written again. */
  release(): void;
  /**
   * Stops accepting, lets the requests in flight finish and writes every paste that waits. Must not be held, or it
   * waits for the release.
   *
   * The connection to the database stays open on purpose: closing the last one would checkpoint the WAL and delete
   * it, before its end has been replicated. It goes with the process.
   */
  drain(): Promise<void>;
}

/**
 * Starts the service: it listens at once. Until {@linkcode PasteServer.open} has resolved, `/healthz` answers 200 and
 * everything else 503.
 *
 * @param config How it behaves.
 * @param ports What it needs from its surroundings.
 * @returns The running service.
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 */
export function startServer(config: ServerConfig, ports: ServerPorts): PasteServer {
  let app: Hono = createStartingApp(ports.health);
  let store: SqlitePasteStore | null = null;
  let sweeper: Sweeper | null = null;
  let isOpening = false;
  let held = false;
  let drained: Promise<void> | null = null;

  const codec = new CodecPool(Math.min(navigator.hardwareConcurrency, MAX_CODEC_THREADS));
  const writes = new InFlight();
  const parts = { health: ports.health, codec, ...clientParts(config, systemClock) };
  const reading = new ReadingPhase({
    openStore: () => ReadOnlyStore.open(config.databasePath, { ...config, clock: systemClock, codec }),
    createApp: async (opened) => createApp({ ...parts, store: opened, assets: await loadAssets(), phase: "starting" }),
    clock: systemClock,
  });
  const answer: Deno.ServeHandler = (request, connection) => {
    if (!hasPossibleHost(request.headers)) return errorResponse(badHost(), request);
    const early = reading.answer(request, connection);
    if (early) return early;
    if (!WRITES.includes(request.method)) return app.fetch(request, connection);
    if (drained) return errorResponse(new PasteError("stopping", STOPPING), request);
    return writes.count(async () => await app.fetch(request, connection));
  };
  const metrics = config.metricsAddress && new ServiceMetrics(() => Deno.memoryUsage().rss);
  const sources = [metrics ?? [], ports.metrics ?? []].flat();
  const metricsServer = config.metricsAddress && listenForMetrics(config.metricsAddress, sources);
  const server = listen(config, metrics === null ? answer : counted(answer, metrics));

  const open = async (): Promise<void> => {
    if (isOpening) throw new Error("Invariant broken: the service is opened once");
    isOpening = true;
    await reading.close();
    const assets = await loadAssets();
    const opened = await openStore(config, ports, codec);
    if (held) opened.hold();
    app = createApp({ ...parts, store: metrics?.counting(opened) ?? opened, assets, phase: "serving" });
    store = opened;
    const mayWrite = (): boolean => ["writer", "off"].includes(ports.health.role());
    sweeper = new Sweeper({ sweep: () => opened.sweep(), mayWrite, clock: systemClock });
  };

  const drain = async (): Promise<void> => {
    // Deno 2.9's shutdown() cuts off the bodies that are still coming (denoland/deno#36809): they get some time before.
    await writes.idle(systemClock, BODY_GRACE_MS);
    await server.shutdown();
    await reading.close();
    await sweeper?.stop();
    await store?.idle();
    await metricsServer?.shutdown();
    codec.close();
  };

  return {
    port: server.addr.port,
    metricsPort: metricsServer?.addr.port ?? null,
    open,
    openForReading: () => {
      if (!isOpening && !drained) reading.open();
    },
    closeForReading: () => reading.close(),
    hold: () => {
      held = true;
      store?.hold();
    },
    release: () => {
      held = false;
      store?.release();
    },
    drain: () => drained ??= drain(),
  };
}

/** Has every answer counted. Without metrics the handler is used as it is. */
function counted(answer: Deno.ServeHandler, metrics: ServiceMetrics): Deno.ServeHandler {
  return async (request, connection) => {
    const startedAt = monotonicMs();
    const response = await answer(request, connection);
    metrics.count(request, { status: response.status, ms: monotonicMs() - startedAt });
    return response;
  };
}

function listen(config: ServerConfig, answer: Deno.ServeHandler): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      port: config.port,
      hostname: config.host,
      onListen: () => {}, // whoever starts the service says so
      onError: (error) => errorResponse(error, new Request("http://localhost")), // it does not tell the request
    }, answer);
  } catch (cause) {
    throw new Error(`Cannot listen on ${config.host}, port ${config.port}`, { cause });
  }
}

async function openDatabase(path: string): Promise<Database> {
  try {
    return await Database.open(path);
  } catch (cause) {
    throw new Error(`Cannot open the database "${path}"`, { cause });
  }
}

/** Counted when there is a bound only: it reads something of every row. */
function countStoredBytes({ maxTotalBytes }: ServerConfig, database: Database): number {
  if (maxTotalBytes === null) return 0;
  return Number(database.query(STORED_BYTES_SQL)[0]?.[0]);
}

async function openStore(
  config: ServerConfig,
  { durability }: ServerPorts,
  codec: CodecPool,
): Promise<SqlitePasteStore> {
  const database = await openDatabase(config.databasePath);
  if (migrate(database) > 0) durability.committed();
  database.limitWait(BUSY_WAIT_MS);
  return new SqlitePasteStore({
    database,
    clock: systemClock,
    randomId: customAlphabet(PASTE_ID_ALPHABET, PASTE_ID_RANDOM_LENGTH),
    randomToken: customAlphabet(PASTE_ID_ALPHABET, DELETE_TOKEN_LENGTH),
    committed: () => durability.committed(),
    quota: new StorageQuota(config.maxTotalBytes, countStoredBytes(config, database)),
    durable: durableWait({ durability, clock: systemClock, timeoutMs: config.durabilityTimeoutMs }),
    cacheBytes: config.cacheBytes,
    codec,
  });
}
