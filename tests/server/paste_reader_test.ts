import { assert, assertEquals, assertThrows } from "@std/assert";
import { inlineCodec } from "../../server/codec.ts";
import { PasteError } from "../../server/errors.ts";
import { PasteReader } from "../../server/paste_reader.ts";
import { type PasteRow, PasteTable } from "../../server/paste_table.ts";
import { bytesOf, TestStore } from "./support.ts";

const ID = "000000000000";

function row(options: Partial<PasteRow> = {}): PasteRow {
  const nothing = { creationTime: null, name: null, coding: null, plainSize: null, burn: null, deleteHash: null };
  return { ...nothing, id: ID, contents: bytesOf("a"), expiresAtSeconds: null, ...options };
}

async function withReader(test: (reader: PasteReader, table: PasteTable, opened: TestStore) => void): Promise<void> {
  await using opened = await TestStore.open();
  const table = new PasteTable(opened.database);
  test(new PasteReader({ table, clock: opened.clock, cacheBytes: 10_000, codec: inlineCodec }), table, opened);
}

Deno.test("PasteReader.get() keeps what is hot until it is forgotten", () =>
  withReader((reader, table) => {
    table.insert([row()]);
    assert(reader.get(ID));
    table.remove(ID);
    assert(reader.get(ID));
    reader.forget(ID);
    assertEquals(reader.get(ID), null);
  }));

Deno.test("PasteReader.get() keeps no paste that is gone with its first reader, and none whose time is over", () =>
  withReader((reader, table, { clock }) => {
    table.insert([row({ burn: 1 })]);
    assert(reader.get(ID)?.facts.burn);
    table.remove(ID);
    assertEquals(reader.get(ID), null);
    table.insert([row({ expiresAtSeconds: clock.now() / 1000 + 5 })]);
    assert(reader.get(ID));
    clock.advance(5_000);
    assertEquals(reader.get(ID), null);
  }));

Deno.test("PasteReader.toPaste() knows when a paste was made and how large it is, as far as the row says", () =>
  withReader((reader) => {
    assertEquals(reader.toPaste(row()).facts, { ...FACTS, createdAt: null, size: 1 });
    const full = row({ creationTime: "2026-01-02T03:04:05Z", coding: "zstd", plainSize: 7, expiresAtSeconds: 8 });
    const createdAt = Date.UTC(2026, 0, 2, 3, 4, 5);
    assertEquals(reader.toPaste(full).facts, { ...FACTS, createdAt, size: 7, expiresAt: 8_000 });
    assertThrows(() => reader.toPaste(row({ coding: "lz4" })), Error, 'current value is "lz4"');
  }));

Deno.test("PasteReader.get() throws internal when the row cannot be understood", () =>
  withReader((reader, table) => {
    table.insert([row({ coding: "lz4", plainSize: 1 })]);
    assertEquals(assertThrows(() => reader.get(ID), PasteError).code, "internal");
  }));

const FACTS = { id: ID, name: null, expiresAt: null, burn: false };
