/**
 * What the service's tests share: a temporary folder, a store on real SQLite, an application, a running service.
 *
 * @module
 */

import type { Hono } from "hono";
import { createApp } from "../../server/app.ts";
import { clientParts } from "../../server/client_parts.ts";
import type { Clock, Schedule } from "../../server/clock.ts";
import { parseServerConfig, type ServerConfig } from "../../server/config.ts";
import { Database } from "../../server/database.ts";
import { startServer } from "../../server/listen.ts";
import type { PasteServer } from "../../server/listen.ts";
import type { Durability, ReplicationHealth, ServerPorts } from "../../server/ports.ts";
import { loadAssets } from "../../server/routes/assets.ts";
import { migrate } from "../../server/schema.ts";
import { StorageQuota } from "../../server/storage_quota.ts";
import { SqlitePasteStore, type SqlitePasteStoreOptions } from "../../server/sqlite_paste_store.ts";

/** Replication switched off. */
export const HEALTH_OFF: ReplicationHealth = {
  role: "off",
  position: null,
  lagBytes: 0,
  lagSeconds: 0,
  lastSyncAt: null,
  error: null,
};

/** The local disk is durable enough. */
export const LOCAL_DURABILITY: Durability = { committed: () => {}, durable: () => Promise.resolve() };

/** Bytes that careless handling changes: NUL, CRLF, a lone CR, a byte order mark, invalid UTF-8, a last line break. */
export const NASTY_BYTES: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0xef, 0xbb, 0xbf, 0x61, 0x00, 0x0d, 0x0a, 0x62, 0x0d, 0xff, 0xfe, 0xc3, 0x28, 0x2d, 0x2d, 0xef, 0xbb, 0xbf, 0x0a],
);

/** A folder that is gone after the test. */
export class TempFolder implements AsyncDisposable {
  /** Where it is. */
  readonly path: string = Deno.makeTempDirSync({ prefix: "paste_test_" });

  /** A path inside it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** An open store, its database and what was reported about it. */
export class TestStore implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly database: Database;
  readonly store: SqlitePasteStore;
  commits = 0;

  private constructor(folder: TempFolder, database: Database, options: Partial<SqlitePasteStoreOptions>) {
    this.folder = folder;
    this.database = database;
    this.store = new SqlitePasteStore({
      database,
      clock: { now: () => Date.UTC(2026, 0, 2), after: () => () => {} },
      randomId: sequentialIds(),
      committed: () => void this.commits++,
      quota: new StorageQuota(null, 0),
      durable: () => Promise.resolve(),
      ...options,
    });
  }

  static async open(options: Partial<SqlitePasteStoreOptions> = {}): Promise<TestStore> {
    const folder = new TempFolder();
    const database = await Database.open(folder.file("store.db"));
    await migrate(database);
    return new TestStore(folder, database, options);
  }

  async count(): Promise<number> {
    return Number((await this.database.query("SELECT count(*) FROM entries"))[0]?.[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.database.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Runs what was scheduled when the test says so. */
export class ManualSchedule {
  #runs: (() => void)[] = [];

  readonly schedule: Schedule = (run) => void this.#runs.push(run);

  /** Runs everything, also what is scheduled meanwhile, until nothing is left. */
  run(): void {
    for (let run = this.#runs.shift(); run; run = this.#runs.shift()) run();
  }

  get pending(): number {
    return this.#runs.length;
  }
}

/** Time that stands still until the test moves it. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 2);
  #timers: { readonly dueAt: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { dueAt: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** How many timers run. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time, from one due timer to the next. Negative: somebody sets the clock back. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ dueAt }) => dueAt <= end).toSorted((a, b) => a.dueAt - b.dueAt)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.dueAt);
      due.callback();
    }
    this.#now = end;
  }
}

/** An application on a store of its own. */
export class TestApp implements AsyncDisposable {
  readonly #opened: TestStore;
  readonly app: Hono;
  readonly clock: TestClock = new TestClock();
  health: ReplicationHealth = HEALTH_OFF;

  private constructor(opened: TestStore, app: (self: TestApp) => Hono) {
    this.#opened = opened;
    this.app = app(this);
  }

  static async open(
    args: readonly string[] = [],
    options: Partial<SqlitePasteStoreOptions> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<TestApp> {
    const config = parseServerConfig({ MAX_SIZE: "1000", ...env }, args);
    const opened = await TestStore.open(options);
    const assets = await loadAssets();
    return new TestApp(opened, (self) =>
      createApp({
        store: opened.store,
        health: { health: () => self.health },
        assets,
        ...clientParts(config, self.clock),
      }));
  }

  get commits(): number {
    return this.#opened.commits;
  }

  /** Sends a request; from `from`, an address, when that is given. */
  async request(path: string, init?: RequestInit, from?: string): Promise<Response> {
    return await this.app.request(path, init, from === undefined ? {} : { remoteAddr: { hostname: from } });
  }

  /** Stores a paste; answers with its path. */
  async paste(body: BodyInit): Promise<string> {
    const response = await this.request("/", { method: "POST", body, headers: { "Content-Type": "text/plain" } });
    return new URL((await response.text()).trim()).pathname;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }
}

/** A service that listens, with a database of its own. */
export class TestServer implements AsyncDisposable {
  readonly folder: TempFolder = new TempFolder();
  readonly config: ServerConfig;
  readonly server: PasteServer;
  readonly url: string;
  health: ReplicationHealth = HEALTH_OFF;

  constructor(durability: Durability = LOCAL_DURABILITY, config: Partial<ServerConfig> = {}) {
    const ports: ServerPorts = { durability, health: { health: () => this.health } };
    const env = { PORT: "0", HOST: "127.0.0.1", DB_PATH: this.folder.file("data/store.db") };
    this.config = { ...parseServerConfig(env, []), ...config };
    this.server = startServer(this.config, ports);
    this.url = `http://127.0.0.1:${this.server.port}`;
  }

  static async open(durability?: Durability, config?: Partial<ServerConfig>): Promise<TestServer> {
    const server = new TestServer(durability, config);
    await server.server.open();
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.drain();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Encodes text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Puts byte arrays and texts together. */
export function join(...pieces: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(pieces.flatMap((piece) => [...(typeof piece === "string" ? bytesOf(piece) : piece)]));
}

function sequentialIds(): () => string {
  let next = 0;
  return () => String(next++).padStart(7, "0");
}
