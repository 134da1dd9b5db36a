import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { inlineCodec } from "../../server/codec.ts";
import { Database, DatabaseError } from "../../server/database.ts";
import { PasteError } from "../../server/errors.ts";
import type { NewPaste } from "../../server/paste.ts";
import { ReadOnlyStore, waiting } from "../../server/read_only_store.ts";
import { bytesOf, ManualClock, openFiles, TempFolder, TestStore } from "./support.ts";

function paste(text: string, options: Partial<NewPaste> = {}): NewPaste {
  return { bytes: bytesOf(text), name: null, expiresInMs: null, burn: false, ...options };
}

function openAt(path: string, clock: ManualClock = new ManualClock()): ReadOnlyStore | null {
  return ReadOnlyStore.open(path, { clock, cacheBytes: 1000, codec: inlineCodec });
}

/** The files of the folder, with what is in them. */
async function filesOf({ path }: TempFolder): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(path)) {
    const bytes = await Deno.readFile(`${path}/${name}`);
    files[name] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  return files;
}

/** Copies of a database with one paste, as a restore leaves it, or with its WAL. */
async function copyOf(from: TestStore, to: TempFolder, { wal }: { readonly wal: "merged" | "kept" }): Promise<string> {
  if (wal === "merged") from.database.query("PRAGMA wal_checkpoint(TRUNCATE)");
  await Deno.copyFile(from.folder.file("store.db"), to.file("copy.db"));
  if (wal === "kept") await Deno.copyFile(from.folder.file("store.db-wal"), to.file("copy.db-wal"));
  return to.file("copy.db");
}

for (const wal of ["merged", "kept"] as const) {
  Deno.test(`ReadOnlyStore reads a database whose WAL is ${wal}, changes nothing and leaves nothing open`, async () => {
    await using source = await TestStore.open();
    await using folder = new TempFolder();
    const { id } = await source.store.put(paste("kept"));
    const path = await copyOf(source, folder, { wal });
    const before = await filesOf(folder);
    const store = openAt(path);
    assertEquals(new TextDecoder().decode(await (await store?.get(id))?.plain()), "kept");
    assertEquals(await store?.get("0".repeat(12)), null);
    for (const refused of [store?.put(), store?.take(), store?.delete()]) {
      const error = await assertRejects(() => refused ?? Promise.resolve(), PasteError);
      assertEquals([error.code, error.status, error.retryAfterSeconds], ["waiting", 503, 3]);
    }
    store?.close();
    assertEquals(openFiles(folder.path), []);
    const { "copy.db-shm": _, ...after } = await filesOf(folder);
    assertEquals(after, before);
  });
}

Deno.test("ReadOnlyStore.get() finds nothing once a paste's time is over, in memory or not", async () => {
  await using source = await TestStore.open();
  await using folder = new TempFolder();
  const { id } = await source.store.put(paste("short", { expiresInMs: 60_000 }));
  const clock = new ManualClock();
  const store = openAt(await copyOf(source, folder, { wal: "merged" }), clock);
  assertEquals((await store?.get(id))?.facts.size, 5);
  clock.advance(61_000);
  assertEquals(await store?.get(id), null);
  store?.close();
});

Deno.test("ReadOnlyStore.open() is null for a database that would have to be migrated, and leaves it alone", async () => {
  await using folder = new TempFolder();
  const old = await Database.open(folder.file("old.db"));
  old.query("CREATE TABLE entries (id TEXT PRIMARY KEY, creation_time TEXT, contents TEXT)");
  old.query("PRAGMA wal_checkpoint(TRUNCATE)");
  await Deno.copyFile(folder.file("old.db"), folder.file("copy.db"));
  const before = await filesOf(folder);
  assertEquals(openAt(folder.file("copy.db")), null);
  assertEquals([openFiles(folder.file("copy.db")), await filesOf(folder)], [[], before]);
  old.close();
});

Deno.test("ReadOnlyStore.open() throws when there is no database, and makes none", async () => {
  await using folder = new TempFolder();
  assertThrows(() => openAt(folder.file("copy.db")), DatabaseError);
  await Deno.writeTextFile(folder.file("copy.db"), "no database at all ".repeat(100));
  assertThrows(() => openAt(folder.file("copy.db")), DatabaseError);
  assertEquals([openFiles(folder.path), Object.keys(await filesOf(folder))], [[], ["copy.db"]]);
});

Deno.test("waiting() says who writes, and what to do", () => {
  assertEquals(waiting().message, "Cannot write as another instance is still writing: try again in a few seconds");
});
