/** A database of more than a gigabyte, across the page that SQLite keeps for its locks. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { restore } from "../../replicate/restore.ts";
import { copyDisk } from "../support/machine.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { IS_TORTURE } from "../support/torture.ts";
import { openSqlite } from "../support/sqlite.ts";

const PAGE_BYTES = 65_536;

/** SQLite's pending byte lies in this page, which is never written. */
const LOCK_PAGE = 0x4000_0000 / PAGE_BYTES + 1;

/** Fills the database with rows of zeros, without a journal: that it is made quickly is all that matters. */
function makeLarge(path: string, pages: number): void {
  using sqlite = openSqlite(path);
  sqlite.all(`PRAGMA page_size = ${PAGE_BYTES}`);
  sqlite.all("PRAGMA journal_mode = OFF");
  sqlite.all("PRAGMA synchronous = OFF");
  sqlite.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, body BLOB)");
  const rowBytes = 16_777_216;
  const rows = Math.floor(pages / (rowBytes / PAGE_BYTES + 1)); // each page of a row has a few bytes of its own
  for (let i = 0; i < rows; i++) sqlite.exec(`INSERT INTO note (body) VALUES (zeroblob(${rowBytes}))`);
}

async function sh(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command("sh", { args: ["-c", script, ...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("hazard 12: a database across the lock page is snapshotted, grows and shrinks over it, and is restored byte for byte", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    makeLarge(path, LOCK_PAGE - 100);
    const store = folderStore(`${folder}/replica`);
    const outputPath = `${folder}/restored.db`;
    const compare = async (engine: Engine): Promise<number> => {
      await engine.synced();
      assertFalse(await restore(store, { outputPath, clock: systemClock, random: Math.random }) === null);
      const live = copyDisk(path, `${folder}/live`);
      await sh(`sqlite3 "$0" "PRAGMA wal_checkpoint(TRUNCATE)" > /dev/null && cmp "$0" "$1"`, live, outputPath);
      const { size } = await Deno.stat(outputPath);
      for (const name of ["live", "restored.db"]) await Deno.remove(`${folder}/${name}`, { recursive: true });
      return size / PAGE_BYTES;
    };
    await using engine = await Engine.start({ path, stores: [store] });
    await engine.fill(1);
    await engine.happened("snapshot-written");
    assert(Number(engine.application.value("PRAGMA page_count")) < LOCK_PAGE);
    await engine.fill(4, 4_194_304); // over the lock page, in the WAL
    assert(await compare(engine) > LOCK_PAGE);
    if (IS_TORTURE) {
      await engine.commit("DELETE FROM note WHERE id > 1");
      await engine.commit("VACUUM");
      assert(await compare(engine) < 1_000);
    }
    assertEquals(await engine.stop(), "synced");
  });
});
