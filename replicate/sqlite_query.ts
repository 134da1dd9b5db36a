/**
 * Reading single rows from SQLite.
 *
 * @module
 */

/** The part of a prepared statement that is used here. */
export interface Query {
  /** Has rows come out as arrays. */
  raw(): { get(...parameters: number[]): unknown };
}

/**
 * Runs a query for its first row.
 *
 * @param query The prepared statement.
 * @param parameters What its placeholders stand for.
 * @returns The row's columns; none when there is no row.
 */
export function firstRow(query: Query, ...parameters: number[]): readonly unknown[] {
  const row = query.raw().get(...parameters);
  return Array.isArray(row) ? row : [];
}
