/**
 * The connection to the SQLite file: the only place of the service that knows the SQLite library.
 *
 * Every call runs SQLite on this thread and is over when it returns: `durability.committed()`, `hold()` and the cache of
 * hot pastes rely on that.
 *
 * @module
 */

import { dirname, resolve, toFileUrl } from "@std/path";
import Sqlite from "libsql";

/** What a statement can be given, and what a row holds. */
export type SqlValue = string | number | Uint8Array<ArrayBuffer> | null;

/** One row of an answer, its columns in order. */
export type SqlRow = readonly SqlValue[];

/** What went wrong inside SQLite, as far as the service tells it apart. */
export type DatabaseErrorKind = "busy" | "full" | "clash" | "other";

/** SQLite refused a statement. */
export class DatabaseError extends Error {
  /** What went wrong. Switch on this, never on message text. */
  readonly kind: DatabaseErrorKind;

  /**
   * Wraps what the library threw.
   *
   * @param kind What went wrong.
   * @param cause What the library threw.
   */
  constructor(kind: DatabaseErrorKind, cause: unknown) {
    super(`SQLite refused a statement (${kind})`, { cause });
    this.name = "DatabaseError";
    this.kind = kind;
  }
}

/** A statement that SQLite has compiled once, to be run many times. */
export interface Statement {
  /**
   * Runs it, in a transaction of its own when none is open, and reads every row.
   *
   * @param args The values of its placeholders.
   * @returns The rows; none when it is not one that returns any.
   * @throws {DatabaseError} When SQLite refuses; the statement has changed nothing then.
   */
  all(args: readonly SqlValue[]): readonly SqlRow[];
  /**
   * Runs a query for its first row, which is quicker. Never one that writes: it is not run to its end.
   *
   * @param args The values of its placeholders.
   * @returns The row; `undefined` when there is none.
   * @throws {DatabaseError} When SQLite refuses.
   */
  first(args: readonly SqlValue[]): SqlRow | undefined;
  /**
   * Runs one that returns no rows.
   *
   * @param args The values of its placeholders.
   * @returns How many rows it has changed.
   * @throws {DatabaseError} When SQLite refuses; the statement has changed nothing then.
   */
  run(args: readonly SqlValue[]): number;
}

/** How long opening waits for another process's lock, in milliseconds. Nothing is served yet. */
const OPENING_WAIT_MS = 5000;

/**
 * What every connection must be set to: the setting, and what must stand there.
 *
 * `wal_autocheckpoint=0`: whoever replicates the WAL decides when it is checkpointed; a checkpoint at any other time
 * would let frames be overwritten that have not been copied yet.
 *
 * `secure_delete=fast`: zeroes what is deleted in pages that are written anyway. A burned paste does not lie about there,
 * and no commit carries the remains of a page's former life into the replica: 2.4 KB of 5.6 for a paste of 10 KiB.
 */
const SETTINGS = [
  ["busy_timeout", String(OPENING_WAIT_MS)],
  ["journal_mode", "wal"],
  ["synchronous", "2"], // FULL
  ["wal_autocheckpoint", "0"],
  ["secure_delete", "fast", "2"],
] as const;

type Connection = InstanceType<typeof Sqlite>;

/** Every open connection: one that was collected as garbage would be closed, and the last one to be deletes the WAL. */
const openConnections = new Set<Connection>();

const ATTACHED = "reading"; // what a database that is only read is attached as

/** An open database with one connection. */
export class Database {
  readonly #connection: Connection;
  /** What its tables' names may be qualified with; pragmas have to be. */
  readonly schema: string;

  private constructor(connection: Connection, schema: string) {
    this.#connection = connection;
    this.schema = schema;
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
    const connection = translated(() => new Sqlite(path));
    openConnections.add(connection);
    const database = new Database(connection, "main");
    for (const [name, wish, shown] of SETTINGS) database.#set(name, wish, shown);
    return database;
  }

  /**
   * Opens a database that is there, to read it and nothing else. Nobody may write to it meanwhile.
   *
   * It is attached to an empty database in memory: the library keeps a connection open until its last statement is
   * collected as garbage, but what is detached is closed at once.
   *
   * @param path The file.
   * @returns The open database; whatever writes is refused.
   * @throws {DatabaseError} When it cannot be opened.
   */
  static openForReading(path: string): Database {
    const database = new Database(new Sqlite(":memory:"), ATTACHED);
    // Without a WAL the file is all there is: neither lock nor file is made beside it (uri.html, "immutable").
    const mode = hasWal(path) ? "mode=ro" : "mode=ro&immutable=1";
    database.prepare(`ATTACH ? AS ${ATTACHED}`).run([`${toFileUrl(resolve(path)).href}?${mode}`]);
    return database;
  }

  /**
   * Says how long a statement may wait for another process's lock; meanwhile it blocks this thread and every request.
   *
   * @param ms The wait, in whole milliseconds.
   */
  limitWait(ms: number): void {
    this.#set("busy_timeout", String(ms));
  }

  /**
   * Compiles a statement.
   *
   * @param sql One statement.
   * @returns It, for as long as the database is open.
   * @throws {DatabaseError} When SQLite does not understand it.
   */
  prepare(sql: string): Statement {
    const statement = translated(() => this.#connection.prepare(sql));
    if (statement.reader) statement.raw();
    return {
      all: (args) => translated(() => statement.all(args) as SqlRow[]),
      first: (args) => translated(() => statement.get(args) as SqlRow | undefined),
      run: (args) => translated(() => statement.run(args).changes),
    };
  }

  /**
   * Runs one statement, in a transaction of its own when it writes.
   *
   * @param sql The statement.
   * @param args Its values.
   * @returns The rows.
   * @throws {DatabaseError} When SQLite refuses; nothing has been written then.
   */
  query(sql: string, args: readonly SqlValue[] = []): readonly SqlRow[] {
    return this.prepare(sql).all(args);
  }

  /**
   * Runs statements in one transaction that has the write lock from its beginning: all of them, or none.
   *
   * @param work Runs the statements; must not await.
   * @returns What the work returns.
   * @throws {DatabaseError} When SQLite refuses one, or whatever the work throws; nothing has been written then.
   */
  transaction<T>(work: () => T): T {
    translated(() => this.#connection.exec("BEGIN IMMEDIATE"));
    try {
      const result = work();
      translated(() => this.#connection.exec("COMMIT"));
      return result;
    } catch (error) {
      // Some failures, a full disk among them, have rolled back already (lang_transaction.html).
      if (this.#connection.inTransaction) this.#connection.exec("ROLLBACK");
      throw error;
    }
  }

  /**
   * Closes the database. When it is only read, nothing is left open and nothing was written. Any other's last
   * connection checkpoints the WAL and deletes it: for tests only, never in a process that replicates.
   */
  close(): void {
    if (this.schema === ATTACHED) this.prepare(`DETACH ${ATTACHED}`).run([]);
    openConnections.delete(this.#connection);
    this.#connection.close();
  }

  /** Sets a pragma and reads it back. */
  #set(name: string, wish: string, shown = wish): void {
    this.query(`PRAGMA ${name} = ${wish}`);
    const current = String(this.query(`PRAGMA ${name}`)[0]?.[0]);
    if (current !== shown) {
      throw new Error(`Cannot use the database as "PRAGMA ${name}" must be ${wish}: current value is ${current}`);
    }
  }
}

function hasWal(path: string): boolean {
  try {
    return Deno.statSync(`${path}-wal`).size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new DatabaseError(kindOf(error), error);
  }
}

function kindOf(error: unknown): DatabaseErrorKind {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "SQLITE_CONSTRAINT_PRIMARYKEY":
      return "clash";
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return "busy";
    case "SQLITE_FULL":
      return "full";
    default:
      return "other";
  }
}
