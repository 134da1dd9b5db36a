/**
 * Whether the file under the database's path is still the one that is open.
 *
 * @module
 */

/** What is found under the database's path: the file that is open, another one, or none. */
export type DatabaseSighting = "same" | "replaced" | "gone";

/** Remembers which file the database is. Only asks for its status: SQLite's locks allow no second descriptor of it. */
export class DatabaseIdentity {
  readonly #path: string;
  readonly #opened: string | null;
  #last: DatabaseSighting = "same";

  private constructor(path: string, opened: string | null) {
    this.#path = path;
    this.#opened = opened;
  }

  /**
   * Remembers the file that is there now.
   *
   * @param path The database's path.
   */
  static async of(path: string): Promise<DatabaseIdentity> {
    return new DatabaseIdentity(path, await identityOf(path));
  }

  /**
   * Looks for the file.
   *
   * @returns What is there now; null when that is what the last look found.
   */
  async news(): Promise<DatabaseSighting | null> {
    const now = await identityOf(this.#path);
    const sighting = now === this.#opened ? "same" : now === null ? "gone" : "replaced";
    if (sighting === this.#last) return null;
    this.#last = sighting;
    return sighting;
  }
}

/** Device and inode; null when there is no file. */
async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
