import { assertEquals, assertThrows } from "@std/assert";
import { connect, connectAll, connectImmutable, rollback, verifiedPragma } from "../../replicate/connection.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { firstRow } from "../../replicate/sqlite_query.ts";
import { openSqlite } from "../support/sqlite.ts";

async function withDatabase(use: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.db`;
    {
      using database = openSqlite(path);
      database.exec("CREATE TABLE item (body)");
    }
    use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("connect() gives a connection that never checkpoints on its own", async () => {
  await withDatabase((path) => {
    const connection = connect(path);
    const settings = ["journal_mode", "wal_autocheckpoint", "synchronous", "busy_timeout"];
    const values = settings.map((name) => firstRow(connection.prepare(`PRAGMA ${name}`))[0]);
    connection.close();
    assertEquals(values, ["wal", 0, 2, 1_000]);
  });
});

Deno.test("connect() refuses what is not there, and what is no database", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/text.db`,
      "this is no database, but some text of more than a hundred bytes ".repeat(9),
    );
    for (const name of ["missing.db", "text.db"]) {
      const error: unknown = assertThrows(() => connect(`${folder}/${name}`));
      assertEquals(error instanceof ReplicateError && [error.code, error.retryable], ["internal", false], name);
      assertThrows(() => connectAll(`${folder}/${name}`));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("rollback() ends a transaction, and is content when SQLite has ended it already", async () => {
  await withDatabase((path) => {
    const connections = connectAll(path);
    const [writer] = connections;
    writer.exec("BEGIN IMMEDIATE");
    rollback(writer);
    rollback(writer);
    writer.exec("BEGIN IMMEDIATE");
    writer.exec("COMMIT");
    for (const connection of connections) connection.close();
  });
});

Deno.test("verifiedPragma() refuses a setting that does not take", async () => {
  await withDatabase((path) => {
    const connection = connect(path);
    assertThrows(() => verifiedPragma(connection, "page_size", 512)); // a WAL database keeps its page size
    connection.close();
  });
});

Deno.test("connectImmutable() reads a database and writes nothing, not even beside it", async () => {
  await withDatabase((path) => {
    const connection = connectImmutable(path);
    assertEquals(firstRow(connection.prepare("SELECT count(*) FROM item")), [0]);
    assertThrows(() => connection.exec("INSERT INTO item VALUES (1)"), Error, "readonly");
    connection.close();
    assertThrows(() => Deno.statSync(`${path}-wal`), Deno.errors.NotFound);
  });
});

Deno.test("connectImmutable() makes no database where there is none", () => {
  assertThrows(() => connectImmutable("/nonexistent/a.db"), Deno.errors.NotFound);
});
