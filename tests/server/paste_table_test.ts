import { assertEquals, assertThrows } from "@std/assert";
import { Database, DatabaseError } from "../../server/database.ts";
import { insertBatches, type PasteRow, PasteTable } from "../../server/paste_table.ts";
import { migrate } from "../../server/schema.ts";
import { NASTY_BYTES, TempFolder } from "./support.ts";

const ROW: PasteRow = {
  id: "a",
  creationTime: "2026-01-02T00:00:00Z",
  contents: NASTY_BYTES,
  name: "ü.log",
  coding: "zstd",
  plainSize: 99,
  expiresAtSeconds: 100,
  burn: 1,
  deleteHash: Uint8Array.of(0, 255),
};

const BARE: PasteRow = {
  ...ROW,
  id: "b",
  ...{ creationTime: null, name: null, coding: null, plainSize: null, expiresAtSeconds: null, burn: null },
  deleteHash: null,
};

async function withTable(test: (table: PasteTable, database: Database) => void): Promise<void> {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  migrate(database);
  test(new PasteTable(database), database);
  database.close();
}

Deno.test("PasteTable returns the rows that were inserted, until their time is over", () =>
  withTable((table) => {
    table.insert([ROW, BARE]);
    assertEquals([table.select("a", 99), table.select("b", 9e9)], [ROW, BARE]);
    assertEquals([table.select("a", 100), table.select("c", 0)], [null, null]);
    assertEquals(table.findDeletable("a", 99), { deleteHash: ROW.deleteHash, expiresAtSeconds: 100 });
    assertEquals(table.findDeletable("a", 100), null);
  }));

Deno.test("PasteTable.insert() adds all rows or none", () =>
  withTable((table) => {
    table.insert([ROW]);
    const error = assertThrows(() => table.insert([BARE, ROW]), DatabaseError);
    assertEquals([error.kind, table.select("b", 0)], ["clash", null]);
  }));

Deno.test("PasteTable.take() returns a row once, and none that stays or is over", () =>
  withTable((table) => {
    table.insert([ROW, BARE]);
    assertEquals([table.take("b", 0), table.take("a", 100)], [null, null]);
    assertEquals([table.take("a", 99), table.take("a", 99)], [ROW, null]);
    assertEquals(table.select("b", 0), BARE);
  }));

Deno.test("PasteTable.findExpired() finds the oldest first, with their size, and none without an end", () =>
  withTable((table) => {
    table.insert([BARE, { ...ROW, id: "z", expiresAtSeconds: 50 }, ROW, { ...ROW, id: "y", expiresAtSeconds: 101 }]);
    const bytes = NASTY_BYTES.byteLength;
    assertEquals(table.findExpired(100, 9), [{ id: "z", bytes }, { id: "a", bytes }]);
    assertEquals(table.findExpired(100, 1), [{ id: "z", bytes }]);
    table.remove("z");
    assertEquals(table.findExpired(100, 1), [{ id: "a", bytes }]);
  }));

Deno.test("PasteTable has no paste where LogPaste's contents are NULL", () =>
  withTable((table, database) => {
    database.query("INSERT INTO entries (id) VALUES ('n')");
    assertEquals(table.select("n", 0), null);
  }));

Deno.test("insertBatches() puts small rows together, 64 at the most, and large ones alone", () => {
  const row = (bytes: number): PasteRow => ({
    ...{ id: `${bytes}`, creationTime: null, contents: new Uint8Array(bytes), name: null, coding: null },
    ...{ plainSize: null, expiresAtSeconds: null, burn: null, deleteHash: null },
  });
  const rows = [row(4097), ...Array.from({ length: 65 }, () => row(4096)), row(5000)];
  assertEquals(insertBatches(rows).map((batch) => batch.length), [1, 1, 64, 1]);
  assertEquals(new Set(insertBatches(rows).flat()), new Set(rows));
  assertEquals(insertBatches([]), []);
});
