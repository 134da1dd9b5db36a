import { assertEquals, assertThrows } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { checkIntegrity } from "../../replicate/integrity.ts";
import { openSqlite } from "../support/sqlite.ts";

async function withDatabase(body: (path: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "integrity-" });
  const folder = `${parent}/a%20b #1?`;
  await Deno.mkdir(folder);
  try {
    const path = `${folder}/app.db`;
    {
      using sqlite = openSqlite(path);
      sqlite.exec("PRAGMA page_size = 512");
      sqlite.exec("CREATE TABLE item (id INTEGER PRIMARY KEY, body)");
      sqlite.exec("CREATE INDEX item_by_body ON item (body)");
      for (let i = 0; i < 50; i++) sqlite.exec(`INSERT INTO item (body) VALUES ('body ${i} ${"x".repeat(60)}')`);
    }
    await body(path);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("checkIntegrity() is content with a sound database, and leaves nothing beside it", async () => {
  await withDatabase(async (path) => {
    checkIntegrity(path, "quick");
    checkIntegrity(path, "full");
    const names = (await Array.fromAsync(Deno.readDir(path.replace(/\/app\.db$/, "")))).map(({ name }) => name);
    assertEquals(names, ["app.db"]);
  });
});

Deno.test("checkIntegrity() finds an index that lacks a row only when it looks at all", async () => {
  await withDatabase((path) => {
    {
      using sqlite = openSqlite(path);
      sqlite.exec("PRAGMA writable_schema = ON");
      sqlite.exec("CREATE TABLE hidden AS SELECT sql FROM sqlite_master WHERE name = 'item_by_body'");
      sqlite.exec(
        "UPDATE sqlite_master SET sql = 'CREATE INDEX item_by_body ON item (body) WHERE id < 0' WHERE name = 'item_by_body'",
      );
    }
    {
      using sqlite = openSqlite(path);
      sqlite.exec("PRAGMA writable_schema = ON");
      sqlite.exec("INSERT INTO item (body) VALUES ('not in the index')");
      sqlite.exec("UPDATE sqlite_master SET sql = (SELECT sql FROM hidden) WHERE name = 'item_by_body'");
    }
    checkIntegrity(path, "quick");
    const error = assertThrows(() => checkIntegrity(path, "full"), ReplicateError, "item_by_body");
    assertEquals(error.code, "object-damaged");
    return Promise.resolve();
  });
});

Deno.test("checkIntegrity() refuses pages that are none", async () => {
  await withDatabase(async (path) => {
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.fill(0xff, 512));
    for (const check of ["quick", "full"] as const) {
      assertEquals(assertThrows(() => checkIntegrity(path, check), ReplicateError).code, "object-damaged");
    }
  });
});
