/**
 * The connection to the SQLite file: the only place of the service that knows the database client.
 *
 * Every call runs SQLite on this thread and is over before the next event is handled: between the call and its
 * promise's resolution nothing but microtasks run. `durability.committed()` and `hold()` rely on that.
 *
 * @module
 */

import { type Client, createClient, type InValue, LibsqlError, type Row } from "@libsql/client";
import { dirname } from "@std/path";

/** What a statement can be given. */
export type SqlValue = InValue;

/** One row of an answer, by column name. */
export type SqlRow = Row;

/** What went wrong inside SQLite, as far as the service tells it apart. */
export type DatabaseErrorKind = "busy" | "full" | "clash" | "other";

/** SQLite refused a statement. */
export class DatabaseError extends Error {
  /** What went wrong. Switch on this, never on message text. */
  readonly kind: DatabaseErrorKind;

  /**
   * Wraps what the client threw.
   *
   * @param kind What went wrong.
   * @param cause What the client threw.
   */
  constructor(kind: DatabaseErrorKind, cause: unknown) {
    super(`SQLite refused a statement (${kind})`, { cause });
    this.name = "DatabaseError";
    this.kind = kind;
  }
}

/**
 * What every connection must be set to: the statement, how to read it back, what must stand there.
 *
 * `wal_autocheckpoint=0`: whoever replicates the WAL decides when it is checkpointed; a checkpoint at any other time
 * would let frames be overwritten that have not been copied yet.
 */
const SETTINGS = [
  { set: "PRAGMA busy_timeout = 5000", get: "PRAGMA busy_timeout", wish: "5000" },
  { set: "PRAGMA journal_mode = WAL", get: "PRAGMA journal_mode", wish: "wal" },
  { set: "PRAGMA synchronous = FULL", get: "PRAGMA synchronous", wish: "2" },
  { set: "PRAGMA wal_autocheckpoint = 0", get: "PRAGMA wal_autocheckpoint", wish: "0" },
] as const;

/**
 * Every open connection of this process. Without this reference a connection that nobody uses any more could be
 * collected as garbage, and closing the last connection checkpoints the WAL and deletes it.
 */
const openConnections = new Set<Client>();

/** An open database with one connection. */
export class Database {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Opens the database, creates it and its folder when they are not there, and puts the connection's settings in place.
   *
   * @param path The file.
   * @returns The open database.
   * @throws {DatabaseError} When it cannot be opened, or another process has it locked.
   * @throws {Error} When a setting does not take.
   */
  static async open(path: string): Promise<Database> {
    const folder: string = dirname(path);
    await Deno.mkdir(folder, { recursive: true });
    // One connection: a pool would leave all but one of them without the settings below.
    const client = await translated(() =>
      Promise.resolve(
        createClient({ url: `file:${path.split("/").map(encodeURIComponent).join("/")}`, concurrency: 1 }),
      )
    );
    openConnections.add(client);
    const database = new Database(client);
    await database.applySettings();
    return database;
  }

  /**
   * Puts the connection's settings in place and reads them back. To be called again after a failed statement: the
   * client may have replaced the connection by a new one, which would checkpoint on its own.
   *
   * @throws {Error} When a setting does not take.
   */
  async applySettings(): Promise<void> {
    for (const { set, get, wish } of SETTINGS) {
      await this.run(set);
      const [row] = await this.query(get);
      const current = String(row?.[0]);
      if (current !== wish) {
        throw new Error(`Cannot use the database as "${get}" must be ${wish}: current value is ${current}`);
      }
    }
  }

  /**
   * Runs one statement, in a transaction of its own when it writes.
   *
   * @param sql The statement.
   * @param args Its values.
   * @throws {DatabaseError} When SQLite refuses; nothing has been written then.
   */
  async run(sql: string, args: SqlValue[] = []): Promise<void> {
    await translated(() => this.#client.execute({ sql, args }));
  }

  /**
   * Runs one statement and reads all rows.
   *
   * @param sql The statement.
   * @param args Its values.
   * @returns The rows.
   * @throws {DatabaseError} When SQLite refuses.
   */
  async query(sql: string, args: SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await translated(() => this.#client.execute({ sql, args }))).rows;
  }

  /**
   * Runs statements in one transaction: all of them, or none.
   *
   * @param statements The statements.
   * @throws {DatabaseError} When SQLite refuses one; nothing has been written then.
   */
  async transaction(statements: readonly string[]): Promise<void> {
    await translated(() => this.#client.batch([...statements], "write"));
  }

  /**
   * Closes the connection. As the last connection to the file it checkpoints the WAL and deletes it: for tests only,
   * never in a process that replicates.
   */
  close(): void {
    openConnections.delete(this.#client);
    this.#client.close();
  }
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new DatabaseError(kindOf(error), error);
  }
}

function kindOf(error: unknown): DatabaseErrorKind {
  if (!(error instanceof LibsqlError)) return "other";
  if (error.extendedCode === "SQLITE_CONSTRAINT_PRIMARYKEY") return "clash";
  switch (error.code) {
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return "busy";
    case "SQLITE_FULL":
      return "full";
    default:
      return "other";
  }
}
