/**
 * The replication of one database that other processes use.
 *
 * @module
 */

import { pause } from "../clock.ts";
import { reportError } from "../errors.ts";
import { EventPrinter } from "../event_printer.ts";
import type { ReplicateEvent } from "../events.ts";
import { type DatabaseSource, settingsOf } from "../litestream/model.ts";
import { pathExists } from "../path_exists.ts";
import type { StopOutcome } from "../protocol.ts";
import { Replicator } from "../replicator.ts";
import { pauseMs } from "../retry.ts";
import { StateFile } from "../state_file.ts";
import type { DatabaseMetrics } from "./database_metrics.ts";
import type { Log } from "./log.ts";
import type { Shell } from "./shell.ts";
import { type OpenReplica, openReplica } from "./sources.ts";

const RESTART_PAUSES = { basePauseMs: 1_000, maxPauseMs: 60_000 };

/** What {@linkcode DatabaseReplication} works with. */
export interface DatabaseReplicationOptions {
  /** The database and its replicas. */
  readonly source: DatabaseSource;
  /** Whether the application has ended when the replication is stopped: then nobody writes behind the log's end. */
  readonly closesLog: boolean;
  /** Where what happens is written down. */
  readonly log: Log;
  /** Where progress is drawn, or null. */
  readonly terminal: Shell["terminal"];
  /** Counts what happens. Default: nobody does. */
  readonly metrics?: DatabaseMetrics;
  /** Told of everything that happens, beside the log. */
  readonly onEvent?: (event: ReplicateEvent) => void;
}

/**
 * Runs the engine on a database that may be in use at any time, so it is neither restored nor moved aside: one that is
 * not there is waited for, and a stale one is fenced. An engine that fails is started again. Only before the start, and
 * only when that is asked for, a database is put where there is none.
 */
export class DatabaseReplication {
  readonly #shell: Shell;
  readonly #options: DatabaseReplicationOptions;
  readonly #stores: readonly OpenReplica[];
  readonly #printer: EventPrinter;
  readonly #stopping = new AbortController();
  #replicator: Replicator | null = null;
  /** The engine that has put the database there, and goes on with it. */
  #prepared: Replicator | null = null;
  #begun: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();
  #notice = 0;

  /**
   * Opens the replicas' stores; nothing is asked of them yet.
   *
   * @param shell The world.
   * @param options What to replicate.
   * @throws {ReplicateError} `bad-config` when a bucket has no credentials.
   */
  constructor(shell: Shell, options: DatabaseReplicationOptions) {
    const { log, source, terminal, metrics } = options;
    this.#shell = shell;
    this.#options = options;
    this.#stores = source.replicas.map((replica) => metrics?.open(replica, shell) ?? openReplica(replica, shell));
    this.#printer = new EventPrinter({
      record: (level, message, fields) => log(level, message, { db: source.path, ...fields }),
      terminal,
    });
  }

  /**
   * Restores a database that is not there, takes its replica over, and claims it, as the service does; a database that is
   * there is left as it is, unless it is what an earlier call had restored and nobody has used. Nobody may have it open.
   *
   * @throws {ReplicateError} What makes it impossible: `store-refused`, `object-missing`, `object-damaged`.
   * @throws {DOMException} Named `AbortError`, when {@linkcode DatabaseReplication.stop} was called meanwhile.
   */
  async prepare(): Promise<void> {
    if (await this.#isInUse()) return;
    const replicator = this.#createReplicator();
    this.#replicator = replicator;
    try {
      await replicator.prepare();
      this.#prepared = replicator;
    } catch (error) {
      this.#replicator = null;
      replicator.close();
      throw error;
    }
  }

  /** Has the metrics know everything up to now. */
  async refreshMetrics(): Promise<void> {
    const { metrics } = this.#options;
    metrics?.refresh(await this.#replicator?.takeTally() ?? null);
  }

  /** Begins to replicate. */
  start(): void {
    const { source, log } = this.#options;
    for (const { name, store } of this.#stores) {
      log("info", "Replicating", { db: source.path, replica: name, url: store.url });
    }
    this.#running = this.#run();
  }

  /**
   * Uploads what is left, and stops. The database stays open until the process ends, so that the last close of its
   * application does not delete the WAL.
   *
   * @param deadlineMs How long the uploads may take, in milliseconds. A second call may cut the first one short.
   * @returns Whether everything is in the replicas.
   */
  async stop(deadlineMs: number): Promise<StopOutcome> {
    this.#stopping.abort();
    await this.#begun;
    const isThere = await pathExists(this.#options.source.path);
    try {
      if (this.#replicator === null) return isThere ? "incomplete" : "nothing-to-sync";
      if (!isThere) return await this.#replicator.stop(0);
      this.#replicator.notice(++this.#notice); // what was committed so far has to be looked at once more
      return await this.#replicator.stop(deadlineMs);
    } catch {
      return "incomplete"; // told by #run()
    } finally {
      await this.#running;
    }
  }

  /** Whether the file is more than a copy that a start has restored, and died before anybody could open it. */
  async #isInUse(): Promise<boolean> {
    const { path, metaPath } = this.#options.source;
    if (!await pathExists(path)) return false;
    const state = await StateFile.open(path, metaPath ?? undefined);
    return !this.#stores.some(({ store }) => state.get(store.url)?.isCopy);
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#shell;
    const { source, log, metrics } = this.#options;
    for (let failures = 1; !this.#stopping.signal.aborted; failures++) {
      const replicator = this.#prepared ?? this.#createReplicator();
      const preparing = this.#prepared === null ? replicator.prepare({ isDatabaseOpen: true }) : Promise.resolve();
      this.#prepared = null;
      this.#replicator = replicator;
      const begun = preparing.then(() => replicator.start());
      this.#begun = begun.catch(() => undefined); // told below
      try {
        await begun;
        return await replicator.ended;
      } catch (error) {
        this.#replicator = null;
        replicator.close();
        const nextTryMs = pauseMs(failures, 0, { random, ...RESTART_PAUSES });
        const report = reportError(error);
        metrics?.observe({ type: "worker-failed", error: report, nextTryMs });
        const fields = { db: source.path, error: report.message, nextTryMs: Math.round(nextTryMs) };
        log("error", "The database cannot be replicated; it will be tried again", fields);
        await pause(clock, nextTryMs, this.#stopping.signal);
      }
    }
  }

  #createReplicator(): Replicator {
    const { clock, random } = this.#shell;
    const { source, onEvent, metrics } = this.#options;
    const settingsByStore = this.#stores.map(({ store }, i) => {
      const replica = source.replicas[i];
      return [store, replica === undefined ? {} : settingsOf(replica.pace)] as const;
    });
    return new Replicator({
      databasePath: source.path,
      ...source.metaPath === null ? {} : { metaFolder: source.metaPath },
      stores: this.#stores.map(({ store }) => store),
      replicaSettings: new Map(settingsByStore),
      onStale: "fail",
      fencing: "auto",
      closesLog: this.#options.closesLog,
      settings: source.settings,
      gate: { hold: () => Promise.resolve(), release: () => {} }, // applications of other processes have their own busy timeout
      readers: { open: () => {}, close: () => Promise.resolve() }, // nobody reads before prepare() is done
      clock,
      random,
      emit: (event) => {
        this.#printer.print(event);
        metrics?.observe(event);
        onEvent?.(event);
      },
      onStatus: (statuses) => metrics?.update(statuses),
    });
  }
}
