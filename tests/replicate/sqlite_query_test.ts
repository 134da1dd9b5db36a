import { assertEquals } from "@std/assert";
import Database from "libsql";
import { firstRow } from "../../replicate/sqlite_query.ts";

Deno.test("firstRow() gives the first row's columns, and none when there is no row", () => {
  const database = new Database(":memory:");
  database.exec("CREATE TABLE item (id INTEGER, body TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, NULL)");
  const all = database.prepare("SELECT id, body FROM item ORDER BY id");
  assertEquals([...firstRow(all)], [1, "a"]);
  const one = database.prepare("SELECT body, id FROM item WHERE id = ? OR id = ?");
  assertEquals([...firstRow(one, 2, 9)], ["b", 2]);
  assertEquals([...firstRow(one, 3, 3)], [null, 3]);
  assertEquals([...firstRow(one, 8, 9)], []);
  database.close();
});
