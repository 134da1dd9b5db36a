import { assertEquals, assertRejects } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { PasteTable } from "../../server/paste_table.ts";
import { type Changed, PasteWriter, readableError } from "../../server/paste_writer.ts";
import { DatabaseError } from "../../server/database.ts";
import { StorageQuota } from "../../server/storage_quota.ts";
import { bytesOf, ManualClock, TestStore } from "./support.ts";

async function withWriter(
  test: (writer: PasteWriter, table: PasteTable, log: string[]) => Promise<void>,
): Promise<void> {
  await using opened = await TestStore.open();
  const { database } = opened;
  const log: string[] = [];
  const table = new PasteTable(database);
  const durable = (): Promise<void> => {
    log.push("durable");
    return Promise.resolve();
  };
  const quota = new StorageQuota(null, 0);
  const committed = (): void => void log.push("committed");
  await test(new PasteWriter({ database, table, clock: new ManualClock(), committed, durable, quota }), table, log);
}

function draft(id: string): { row: Parameters<PasteTable["insert"]>[0][number]; value: string } {
  const nothing = { creationTime: null, name: null, coding: null, plainSize: null, burn: null, deleteHash: null };
  return { row: { ...nothing, id, contents: bytesOf(id), expiresAtSeconds: null }, value: id };
}

function changed<T>(value: T, effect: Changed<T>["effect"]): Changed<T> {
  return { value, effect };
}

Deno.test("PasteWriter commits inserts and changes together, and answers each with its own", () =>
  withWriter(async (writer, table, log) => {
    const results = Promise.all([
      writer.insert(1, () => draft("a")),
      writer.change(1, () => changed(table.select("b", 0)?.id, "written")),
      writer.insert(1, () => draft("b")),
      writer.change(1, () => changed(5, "nothing")),
    ]);
    assertEquals(await results, ["a", "b", "b", 5]);
    assertEquals(log, ["committed", "durable"]);
  }));

Deno.test("PasteWriter reports no commit and waits for nothing when nothing was written", () =>
  withWriter(async (writer, _table, log) => {
    assertEquals(await writer.change(1, () => changed(1, "nothing")), 1);
    assertEquals(log, []);
    assertEquals(await writer.change(1, () => changed(2, "written")), 2);
    assertEquals(log, ["committed"]);
  }));

Deno.test("PasteWriter undoes a change that throws, and the others of its group are made all the same", () =>
  withWriter(async (writer, table) => {
    const results = await Promise.allSettled([
      writer.insert(1, () => draft("a")),
      writer.change(1, () => {
        table.remove("a");
        throw new Error("broken");
      }),
      writer.insert(1, () => draft("b")),
    ]);
    assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
    assertEquals([table.select("a", 0)?.id, table.select("b", 0)?.id], ["a", "b"]);
  }));

Deno.test("PasteWriter.idle() resolves when everything is written", () =>
  withWriter(async (writer, table) => {
    const written = writer.insert(1, () => draft("a"));
    await writer.idle();
    assertEquals(table.select("a", 0)?.id, "a");
    await written;
  }));

Deno.test("PasteWriter.insert() refuses when too much is waiting", () =>
  withWriter(async (writer) => {
    writer.hold();
    const first = writer.insert(64 * 1024 * 1024, () => draft("a"));
    const error = await assertRejects(() => Promise.try(() => writer.insert(1, () => draft("b"))), PasteError);
    assertEquals(error.code, "overloaded");
    writer.release();
    await first;
  }));

Deno.test("readableError() says what the client can do", () => {
  const kinds = { busy: "database-busy", full: "storage-full", clash: "internal", other: "internal" } as const;
  for (const kind of ["busy", "full", "clash", "other"] as const) {
    assertEquals(readableError(new DatabaseError(kind, null)).code, kinds[kind]);
  }
  assertEquals(readableError(new Error("x")).code, "internal");
});
