/**
 * What the service's tests share: a temporary folder, a store on real SQLite, an application, a running service.
 *
 * @module
 */

import type { Hono } from "hono";
import { createApp } from "../../server/app.ts";
import { clientParts } from "../../server/client_parts.ts";
import type { Schedule } from "../../server/clock.ts";
import { inlineCodec } from "../../server/codec.ts";
import { parseServerConfig, type ServerConfig } from "../../server/config.ts";
import { Database, type SqlRow } from "../../server/database.ts";
import { startServer } from "../../server/listen.ts";
import type { PasteServer } from "../../server/listen.ts";
import { PASTE_ID_RANDOM_LENGTH } from "../../server/paste_id.ts";
import type { Durability, MetricsSource, ReplicationHealth, ServerPorts } from "../../server/ports.ts";
import { loadAssets } from "../../server/routes/assets.ts";
import { migrate } from "../../server/schema.ts";
import { StorageQuota } from "../../server/storage_quota.ts";
import { probeOf } from "./health_probe.ts";
import { ManualClock } from "./manual_clock.ts";
import { SqlitePasteStore, type SqlitePasteStoreOptions } from "../../server/sqlite_paste_store.ts";

export { openFiles } from "./open_files.ts";

export { ManualClock };

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

/** Lets everything run that waits for nothing but its turn. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

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
  readonly clock = new ManualClock();
  commits = 0;

  private constructor(folder: TempFolder, database: Database, options: Partial<SqlitePasteStoreOptions>) {
    this.folder = folder;
    this.database = database;
    this.store = new SqlitePasteStore({
      database,
      clock: this.clock,
      randomId: sequentialIds(),
      randomToken: sequentialTokens(),
      cacheBytes: 1_000_000,
      committed: () => void this.commits++,
      quota: new StorageQuota(null, 0),
      durable: () => Promise.resolve(),
      ...options,
    });
  }

  static async open(options: Partial<SqlitePasteStoreOptions> = {}): Promise<TestStore> {
    const folder = new TempFolder();
    const database = await Database.open(folder.file("store.db"));
    migrate(database);
    return new TestStore(folder, database, options);
  }

  count(): number {
    return Number(this.database.query("SELECT count(*) FROM entries")[0]?.[0]);
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

/** An application on a store of its own. */
export class TestApp implements AsyncDisposable {
  readonly #opened: TestStore;
  readonly app: Hono;
  health: ReplicationHealth = HEALTH_OFF;

  private constructor(opened: TestStore, app: (self: TestApp) => Hono) {
    this.#opened = opened;
    this.app = app(this);
  }

  static async open(
    args: readonly string[] = [],
    { env = {}, ...options }: Partial<SqlitePasteStoreOptions> & { env?: Record<string, string> } = {},
  ): Promise<TestApp> {
    const config = parseServerConfig({ MAX_SIZE: "1000", ...env }, args);
    const opened = await TestStore.open(options);
    const assets = await loadAssets();
    return new TestApp(opened, (self) =>
      createApp({
        store: opened.store,
        health: probeOf(() => self.health),
        assets,
        codec: inlineCodec,
        phase: "serving",
        ...clientParts(config, opened.clock),
      }));
  }

  get commits(): number {
    return this.#opened.commits;
  }

  get clock(): ManualClock {
    return this.#opened.clock;
  }

  get store(): SqlitePasteStore {
    return this.#opened.store;
  }

  /** How many pastes lie in the database. */
  count(): number {
    return this.#opened.count();
  }

  /** Everything that lies in the database. */
  rows(): readonly SqlRow[] {
    return this.#opened.database.query("SELECT * FROM entries");
  }

  /** Sends a request; from `from`, an address, when that is given. */
  async request(path: string, init?: RequestInit, from?: string): Promise<Response> {
    return await this.app.request(path, init, from === undefined ? {} : { remoteAddr: { hostname: from } });
  }

  /** Stores a paste; answers with its path. */
  async paste(body: BodyInit, query = ""): Promise<string> {
    const init = { method: "POST", body, headers: { "Content-Type": "text/plain" } };
    const response = await this.request(`/${query}`, init);
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

  constructor(
    durability: Durability = LOCAL_DURABILITY,
    config: Partial<ServerConfig> = {},
    metrics: MetricsSource = { text: () => Promise.resolve("") },
  ) {
    const ports: ServerPorts = { durability, health: probeOf(() => this.health), metrics };
    const env = { PORT: "0", HOST: "127.0.0.1", DB_PATH: this.folder.file("data/store.db") };
    this.config = { ...parseServerConfig(env, []), ...config };
    this.server = startServer(this.config, ports);
    this.url = `http://127.0.0.1:${this.server.port}`;
  }

  static async open(
    durability?: Durability,
    config?: Partial<ServerConfig>,
    metrics?: MetricsSource,
  ): Promise<TestServer> {
    const server = new TestServer(durability, config, metrics);
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

function sequentialTokens(): () => string {
  let next = 0;
  return () => `token${next++}`;
}

function sequentialIds(): () => string {
  let next = 0;
  return () => String(next++).padStart(PASTE_ID_RANDOM_LENGTH, "0");
}
