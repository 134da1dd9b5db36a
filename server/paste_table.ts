/**
 * The table `entries`: every statement that pastes are read and written with.
 *
 * @module
 */

import type { Database, SqlRow, SqlValue, Statement } from "./database.ts";

/** A row, as it lies in the table. */
export interface PasteRow {
  /** The paste's id. */
  readonly id: string;
  /** When it was created, as RFC 3339; `null` where LogPaste did not say. */
  readonly creationTime: string | null;
  /** Its bytes, compressed when `coding` says so. */
  readonly contents: Uint8Array<ArrayBuffer>;
  /** The name of the file it came from. */
  readonly name: string | null;
  /** How `contents` are compressed; `null` for not at all. */
  readonly coding: string | null;
  /** How many bytes there were before; `null` when they are not compressed. */
  readonly plainSize: number | null;
  /** From when on it is gone, in seconds since 1970; `null` for never. */
  readonly expiresAtSeconds: number | null;
  /** 1 for a paste that is gone with its first reader; `null` for any other. */
  readonly burn: number | null;
  /** SHA-256 of the token that may delete it; `null` where there is none. */
  readonly deleteHash: Uint8Array<ArrayBuffer> | null;
}

/** What is looked at before a paste is deleted. */
export type DeletableRow = Pick<PasteRow, "deleteHash" | "expiresAtSeconds">;

/** A paste whose time is over. */
export interface ExpiredRow {
  /** The paste's id. */
  readonly id: string;
  /** How many bytes go with it. */
  readonly bytes: number;
}

/** The most bytes of a row that goes into one statement with others. */
const SMALL_ROW_BYTES = 4096;

/** The most rows in one statement. */
const MAX_BATCH_ROWS = 64;

// CAST: LogPaste stored text, which may hold NUL and invalid UTF-8; as a blob its bytes come out unchanged.
const COLUMNS = "id, creation_time, CAST(contents AS BLOB), name, coding, plain_size, expires_at, burn, delete_hash";

const LIVE = "id = ? AND (expires_at IS NULL OR expires_at > ?)";

/**
 * Splits rows into what goes into one statement each. A statement keeps a copy of what it was last run with, and there
 * is one for each number of rows: large rows go alone, so that there are few such copies of them.
 *
 * @param rows Any number.
 * @returns The same rows, as {@linkcode PasteTable.insert} takes them.
 */
export function insertBatches(rows: readonly PasteRow[]): readonly (readonly PasteRow[])[] {
  const small = rows.filter(isSmall);
  const batches = rows.filter((row) => !isSmall(row)).map((row) => [row]);
  for (let i = 0; i < small.length; i += MAX_BATCH_ROWS) batches.push(small.slice(i, i + MAX_BATCH_ROWS));
  return batches;
}

function isSmall({ contents }: PasteRow): boolean {
  return contents.byteLength <= SMALL_ROW_BYTES;
}

/** Pastes by their ids. */
export class PasteTable {
  readonly #database: Database;
  readonly #select: Statement;
  readonly #take: Statement;
  readonly #deletable: Statement;
  readonly #remove: Statement;
  readonly #expired: Statement;
  /** By the number of rows: compiling one for many rows takes longer than running it. */
  readonly #inserts = new Map<number, Statement>();

  /**
   * Compiles the statements.
   *
   * @param database The open database, with the current schema.
   */
  constructor(database: Database) {
    this.#database = database;
    this.#select = database.prepare(`SELECT ${COLUMNS} FROM entries WHERE ${LIVE}`);
    this.#take = database.prepare(`DELETE FROM entries WHERE ${LIVE} AND burn = 1 RETURNING ${COLUMNS}`);
    this.#deletable = database.prepare(`SELECT delete_hash, expires_at FROM entries WHERE ${LIVE}`);
    this.#remove = database.prepare("DELETE FROM entries WHERE id = ? RETURNING octet_length(contents)");
    this.#expired = database.prepare(
      "SELECT id, octet_length(contents) FROM entries WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
    );
  }

  /**
   * Adds rows with one statement, which is twice as fast as one for each.
   *
   * @param rows At least one, as {@linkcode insertBatches} puts them together.
   * @throws {DatabaseError} `clash` when an id is taken; none of them is added then.
   */
  insert(rows: readonly PasteRow[]): void {
    let statement = this.#inserts.get(rows.length);
    if (!statement) this.#inserts.set(rows.length, statement = this.#database.prepare(insertSql(rows.length)));
    const args: SqlValue[] = [];
    for (const row of rows) {
      args.push(row.id, row.creationTime, row.contents, row.name, row.coding);
      args.push(row.plainSize, row.expiresAtSeconds, row.burn, row.deleteHash);
    }
    statement.run(args);
  }

  /** Reads a row that has not expired; `null` when there is none. */
  select(id: string, nowSeconds: number): PasteRow | null {
    return toRow(this.#select.first([id, nowSeconds]));
  }

  /** Deletes a row that is gone with its first reader, and returns it; `null` when there is none. */
  take(id: string, nowSeconds: number): PasteRow | null {
    return toRow(this.#take.all([id, nowSeconds])[0]);
  }

  /** Reads what decides whether a row may be deleted; `null` when there is none. */
  findDeletable(id: string, nowSeconds: number): DeletableRow | null {
    const row = this.#deletable.first([id, nowSeconds]);
    return row ? { deleteHash: asBlob(row[0]), expiresAtSeconds: asNumber(row[1]) } : null;
  }

  /** Deletes a row, whatever it is; returns how many bytes have gone with it. */
  remove(id: string): number {
    return Number(this.#remove.all([id])[0]?.[0] ?? 0);
  }

  /** Finds rows whose time is over, the oldest first. */
  findExpired(nowSeconds: number, limit: number): readonly ExpiredRow[] {
    return this.#expired.all([nowSeconds, limit]).map(([id, bytes]) => ({ id: String(id), bytes: Number(bytes) }));
  }
}

function insertSql(count: number): string {
  const columns = "id, creation_time, contents, name, coding, plain_size, expires_at, burn, delete_hash";
  return `INSERT INTO entries (${columns}) VALUES (?,?,?,?,?,?,?,?,?)${",(?,?,?,?,?,?,?,?,?)".repeat(count - 1)}`;
}

function toRow(row: SqlRow | undefined): PasteRow | null {
  const contents = asBlob(row?.[2]);
  // LogPaste's column may be NULL: nothing that could be sent.
  if (!row || !contents) return null;
  return {
    id: String(row[0]),
    creationTime: asText(row[1]),
    contents,
    name: asText(row[3]),
    coding: asText(row[4]),
    plainSize: asNumber(row[5]),
    expiresAtSeconds: asNumber(row[6]),
    burn: asNumber(row[7]),
    deleteHash: asBlob(row[8]),
  };
}

function asText(value: SqlRow[number] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function asNumber(value: SqlRow[number] | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** Blobs come out as `Buffer`s, which compare and print in ways of their own. */
function asBlob(value: SqlRow[number] | undefined): Uint8Array<ArrayBuffer> | null {
  return value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null;
}
