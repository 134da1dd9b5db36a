/**
 * The engine and an application in one process, for tests.
 *
 * @module
 */

import { type Clock, systemClock } from "../../replicate/clock.ts";
import type { FencingMode, ReplicateSettings, StalePolicy } from "../../replicate/config.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { FileStore } from "../../replicate/file_store.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import type { StopOutcome } from "../../replicate/protocol.ts";
import { Replicator } from "../../replicate/replicator.ts";
import type { WriterStatus } from "../../replicate/writer_status.ts";
import { QUICK } from "./quick.ts";
import { seededRandom } from "./random.ts";
import { openSqlite, type Sqlite } from "./sqlite.ts";
import { withTurns } from "./turns.ts";

export { QUICK };

/** How long a test waits for anything before it fails, in milliseconds: far more than it ever takes. */
const PATIENCE_MS = 60_000;

/** Options of {@linkcode Engine.start}. */
export interface EngineOptions {
  /** The path of the database. */
  readonly path: string;
  /** The replicas. */
  readonly stores: readonly ObjectStore[];
  /** Time. Default: the system's. */
  readonly clock?: Clock;
  /** What differs from {@linkcode QUICK}. */
  readonly settings?: Partial<ReplicateSettings>;
  /** Default: `restore`. */
  readonly onStale?: StalePolicy;
  /** Default: `auto`. */
  readonly fencing?: FencingMode;
  /** Whether the application ends before the engine. Default: it goes on. */
  readonly closesLog?: boolean;
  /** Called when the application's commits are held. */
  readonly onHold?: () => Promise<void>;
}

/** One run of the engine, with an application on the same thread, which is gated as the service is. */
export class Engine implements AsyncDisposable {
  /** Everything that happened. */
  readonly events: ReplicateEvent[] = [];
  /** What the readers of the restored database were told, one after the other. */
  readonly readers: ("opened" | "closed")[] = [];
  /** The states of all replicas as they were told, one after the other. */
  readonly statuses: (readonly WriterStatus[])[] = [];
  readonly #options: EngineOptions;
  readonly #replicator: Replicator;
  readonly #watchers = new Set<() => void>();
  #application: Sqlite | null = null;
  #isHeld = false;
  #notice = 0;

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#replicator = new Replicator({
      databasePath: options.path,
      stores: options.stores,
      onStale: options.onStale ?? "restore",
      fencing: options.fencing ?? "auto",
      closesLog: options.closesLog ?? false,
      readers: {
        open: () => void this.readers.push("opened"),
        close: () => Promise.resolve(void this.readers.push("closed")),
      },
      settings: { ...QUICK, ...options.settings },
      gate: {
        hold: async () => {
          this.#isHeld = true;
          await options.onHold?.();
        },
        release: () => {
          this.#isHeld = false;
          this.#changed();
        },
      },
      clock: withTurns(options.clock ?? systemClock),
      random: seededRandom(1).next,
      emit: (event) => {
        this.events.push(event);
        this.#changed();
      },
      onStatus: (statuses) => {
        this.statuses.push(statuses);
        this.#changed();
      },
    });
  }

  /**
   * Has the database prepared, and starts to replicate it.
   *
   * @param options Database, replicas and pace.
   * @throws {ReplicateError} When the database must not be used.
   */
  static async start(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    await engine.#replicator.prepare();
    engine.#replicator.start();
    return engine;
  }

  /** The application's connection. */
  get application(): Sqlite {
    this.#application ??= openApplication(this.#options.path);
    return this.#application;
  }

  /** The state of the first replica. */
  get status(): WriterStatus | null {
    return this.statuses.at(-1)?.[0] ?? null;
  }

  /** The number of the last commit. */
  get lastNotice(): number {
    return this.#notice;
  }

  /** The events of one type. */
  eventsOf<T extends ReplicateEvent["type"]>(type: T): Extract<ReplicateEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ReplicateEvent, { type: T }> => event.type === type);
  }

  /** Runs a statement as the application, when its commits are not held, and tells the engine. */
  async commit(sql: string): Promise<void> {
    for (;;) {
      await this.until(() => !this.#isHeld);
      try {
        this.application.exec(sql);
        break;
      } catch (error) {
        if (!isBusy(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 0)); // the engine's own first commits are not announced
      }
    }
    this.noticeCommit();
  }

  /** Tells the engine of a commit. */
  noticeCommit(): void {
    this.#replicator.notice(++this.#notice);
  }

  /** Makes the table `note` and fills it. */
  async fill(rows: number, bytes: number = 100): Promise<void> {
    await this.commit("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, body BLOB)");
    for (let i = 0; i < rows; i++) await this.commit(`INSERT INTO note (body) VALUES (randomblob(${bytes}))`);
  }

  /** Waits until something holds; looks whenever the engine says something. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watcher = (): void => holds() ? resolve() : undefined;
    const onLate = (): void => reject(new Error(`Waited in vain for ${holds}: ${this.#describe()}`));
    const timer = setTimeout(onLate, PATIENCE_MS);
    this.#watchers.add(watcher);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  /** Waits until every commit so far is in every replica, and nothing else is known of. */
  synced(): Promise<void> {
    return this.until(() => {
      const statuses = this.statuses.at(-1) ?? [];
      return statuses.length > 0 && statuses.every(isSynced, this.#notice);
    });
  }

  /** Waits until an event has happened so many times. */
  async happened(type: ReplicateEvent["type"], times = 1): Promise<void> {
    await this.until(() => this.eventsOf(type).length >= times);
  }

  /** Stops as at the end of the process. */
  stop(deadlineMs: number = PATIENCE_MS): Promise<StopOutcome> {
    return this.#replicator.stop(deadlineMs);
  }

  /** Stops, however far it has come, and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0).catch(() => undefined);
    this.#replicator.close();
    this.#application?.[Symbol.dispose]();
    this.#application = null;
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #describe(): string {
    return JSON.stringify({ status: this.status, notice: this.#notice, events: this.events.slice(-10) });
  }
}

/** Opens a connection as an application would. */
export function openApplication(path: string): Sqlite {
  const sqlite = openSqlite(path);
  sqlite.all("PRAGMA journal_mode = WAL");
  sqlite.all("PRAGMA busy_timeout = 0"); // a busy handler would block the thread that the engine runs on
  return sqlite;
}

/** Opens a store in a folder. */
export function folderStore(folder: string): FileStore {
  return new FileStore({ folder, clock: systemClock, random: seededRandom(1).next });
}

/**
 * Runs a test with a folder of its own.
 *
 * @param body Gets the folder's path.
 */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "replicate-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function isSynced(this: number, { role, syncedNotice, lagBytes }: WriterStatus): boolean {
  return role === "writer" && syncedNotice >= this && lagBytes === 0;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
