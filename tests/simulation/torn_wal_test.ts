/**
 * Power fails and the WAL is cut off somewhere: what SQLite still finds complete is what the replica gets, no more and no
 * less; and what the replica has already is never lost to the torn disk.
 */

import { assert, assertEquals } from "@std/assert";
import type { FileStore } from "../../replicate/file_store.ts";
import { systemClock } from "../../replicate/clock.ts";
import { restore } from "../../replicate/restore.ts";
import { copyDisk } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { withRandom } from "../support/random.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { openSqlite, type Row } from "../support/sqlite.ts";
import { effort } from "../support/torture.ts";
import { headerOf, scanWal } from "../support/wal_builder.ts";

/** As small as pages may be, so that there are few offsets. */
const PAGE_BYTES = 512;

/** The transactions whose every byte is cut at. */
const TRANSACTIONS = [
  "INSERT INTO note (body) VALUES ('the first of three')",
  "UPDATE note SET body = hex(zeroblob(300)) WHERE id = 2",
  "INSERT INTO note (body) VALUES ('the last of three')",
] as const;

interface Disk {
  /** The database that a run uses; it is put there anew for each. */
  readonly path: string;
  /** Its replica. */
  readonly store: FileStore;
  /** Where each of the three transactions ends in the WAL; the first is where they begin. */
  readonly ends: readonly number[];
  /** Puts the disk and the replica there as they were, with the WAL cut off. */
  readonly cutAt: (offset: number) => Promise<void>;
}

/** A disk on which a machine has died; `uploaded` says whether the replica had got the three transactions. */
async function withDisk(uploaded: "uploaded" | "not-uploaded", body: (disk: Disk) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/run/app.db`;
    const store = folderStore(`${folder}/replica`);
    await Deno.mkdir(`${folder}/run`);
    {
      using setup = openSqlite(path);
      setup.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
      setup.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, body BLOB)");
    }
    const ends: number[] = [];
    {
      await using engine = await Engine.start({ path, stores: [store] });
      await engine.fill(5, 200);
      await engine.synced();
      if (uploaded === "not-uploaded") await engine.stop();
      const end = async (): Promise<number> => scanWal(await Deno.readFile(`${path}-wal`)).lastCommit?.offset ?? 0;
      ends.push(await end());
      for (const sql of TRANSACTIONS) {
        if (uploaded === "uploaded") await engine.commit(sql);
        else engine.application.exec(sql);
        ends.push(await end());
      }
      if (uploaded === "uploaded") await engine.synced();
      copyDisk(path, `${folder}/saved`);
      await copy(`${folder}/replica`, `${folder}/saved-replica`);
    }
    const cutAt = async (offset: number): Promise<void> => {
      for (const name of ["run", "replica"]) await Deno.remove(`${folder}/${name}`, { recursive: true });
      await copy(`${folder}/saved`, `${folder}/run`);
      await copy(`${folder}/saved-replica`, `${folder}/replica`);
      await Deno.truncate(`${path}-wal`, offset);
    };
    assertEquals(ends.length, 4);
    await body({ path, store, ends, cutAt });
  });
}

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-r", from, to] }).output();
  if (!success) throw new Error(`Cannot copy ${from}`);
}

/** Every offset of the three transactions in a long run; else each end with its neighbours, and some between. */
function offsets(ends: readonly number[], pick: () => number): number[] {
  const [first = 0, last = 0] = [ends[0], ends.at(-1)];
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const few = all.filter((offset) => ends.some((end) => Math.abs(offset - end) <= 1) || pick() < 0.008);
  return effort({ short: few, long: all });
}

function rows(path: string): Row[] {
  using sqlite = openSqlite(path);
  assertEquals(sqlite.value("PRAGMA integrity_check"), "ok");
  return sqlite.all("SELECT id, hex(body) AS body FROM note ORDER BY id");
}

/** What SQLite makes of the cut disk, on a copy of it. */
function recovered(path: string): Row[] {
  const folder = `${path}-oracle`;
  try {
    return rows(copyDisk(path, folder));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function restored(store: FileStore, outputPath: string): Promise<Row[]> {
  await restore(store, { outputPath, clock: systemClock, random: Math.random });
  return rows(outputPath);
}

/** Starts the engine on the disk as it is, and lets it bring the replica up to date. */
async function restart({ path, store }: Disk): Promise<{ readonly live: Row[]; readonly replica: Row[] }> {
  await using engine = await Engine.start({ path, stores: [store] });
  await engine.synced();
  assertEquals(await engine.stop(), "synced");
  await assertRestoresEqual(store, path);
  return { live: rows(path), replica: await restored(store, `${path}-restored`) };
}

Deno.test("power loss: cut at any byte of its last three transactions, the WAL brings the complete ones, and no other, into the replica", async () => {
  await withRandom((random) =>
    withDisk("not-uploaded", async (disk) => {
      const seen = new Set<number>();
      for (const offset of offsets(disk.ends, random.next)) {
        await disk.cutAt(offset);
        const expected = recovered(disk.path);
        const complete = disk.ends.filter((end) => end <= offset).length - 1;
        assertEquals(expected.length, 5 + (complete > 0 ? 1 : 0) + (complete > 2 ? 1 : 0), `SQLite at ${offset}`);
        const { live, replica } = await restart(disk);
        assertEquals(live, expected, `the live database, cut at ${offset}`);
        assertEquals(replica, expected, `the replica, cut at ${offset}`);
        seen.add(complete);
      }
      assertEquals([...seen].toSorted(), [0, 1, 2, 3]);
    })
  );
});

Deno.test("power loss: cut at any byte of its last three transactions, the WAL loses none that the replica had", async () => {
  await withRandom((random) =>
    withDisk("uploaded", async (disk) => {
      await disk.cutAt(disk.ends.at(-1) ?? 0);
      const everything = recovered(disk.path);
      assertEquals(everything.length, 7);
      for (const offset of offsets(disk.ends, random.next)) {
        await disk.cutAt(offset);
        const { live, replica } = await restart(disk);
        assertEquals(live, everything, `the live database, cut at ${offset}`);
        assertEquals(replica, everything, `the replica, cut at ${offset}`);
      }
    })
  );
});

Deno.test("power loss: at every byte of its last three transactions the scan finds the end that SQLite finds", async () => {
  await withDisk("not-uploaded", async (disk) => {
    const last = disk.ends.at(-1) ?? 0;
    await disk.cutAt(last);
    const wal = await Deno.readFile(`${disk.path}-wal`);
    assertEquals(headerOf(wal).pageBytes, PAGE_BYTES);
    for (let offset = disk.ends[0] ?? 0; offset <= last; offset++) {
      const end = scanWal(wal.subarray(0, offset)).lastCommit?.offset;
      assert(end === disk.ends.findLast((one) => one <= offset), `cut at ${offset}`);
    }
  });
});
