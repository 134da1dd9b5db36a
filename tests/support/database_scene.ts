/**
 * A database with an application and our connections to it, for tests of the engine's parts.
 *
 * @module
 */

import type { Clock } from "../../replicate/clock.ts";
import { Database } from "../../replicate/database.ts";
import { openApplication, withFolder } from "./replicator_fixture.ts";
import type { Sqlite } from "./sqlite.ts";

/** A database. */
export interface DatabaseScene {
  /** A folder for more. */
  readonly folder: string;
  /** The database. */
  readonly path: string;
  /** The application's connection; the table `note` is there. */
  readonly application: Sqlite;
  /** Our connections. */
  readonly database: Database;
}

/**
 * Runs a test with a database of its own.
 *
 * @param clock Time, for waiting for locks.
 * @param body The test.
 */
export async function withDatabase(
  clock: Clock,
  body: (scene: DatabaseScene) => void | Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    using application = openApplication(path);
    application.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, body)");
    const database = await Database.open(path, clock);
    try {
      await body({ folder, path, application, database });
    } finally {
      database.close();
    }
  });
}
