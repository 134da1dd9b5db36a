import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { RestoreFile } from "../../replicate/restore_file.ts";
import { copyFixture, inspectDatabase, readFixtureMeta } from "../support/litestream_fixture.ts";
import { withRandom } from "../support/random.ts";
import { sha256 } from "../support/replica_builder.ts";
import { openSqlite } from "../support/sqlite.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

async function refusal(path: string): Promise<ReplicateError> {
  return await assertRejects(
    async () => {
      await using _file = await RestoreFile.create(path);
    },
    ReplicateError,
    path,
  );
}

Deno.test("RestoreFile appears whole when it is finished, and in folders that were not there", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/a/b/test.db`;
    {
      await using file = await RestoreFile.create(path);
      await file.append(new Uint8Array([1, 2]));
      await file.append(new Uint8Array([3]));
      assertEquals(file.appendedBytes, 3);
      assertEquals(await namesIn(`${folder}/a/b`), ["test.db.tmp"]);
      await file.finish(3);
    }
    assertEquals(await namesIn(`${folder}/a/b`), ["test.db"]);
    assertEquals([...await Deno.readFile(path)], [1, 2, 3]);
  });
});

Deno.test("RestoreFile is cut, or grows by zeros, to the size that it is finished with", async () => {
  await withFolder(async (folder) => {
    for (const [size, expected] of [[0, []], [2, [1, 2]], [5, [1, 2, 3, 0, 0]]] as const) {
      const path = `${folder}/${size}.db`;
      {
        await using file = await RestoreFile.create(path);
        await file.append(new Uint8Array([1, 2, 3]));
        await file.finish(size);
      }
      assertEquals([...await Deno.readFile(path)], [...expected]);
    }
  });
});

Deno.test("RestoreFile.complete() has the whole file on disk before it appears, so that it can be looked at", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/a.db`;
    {
      await using file = await RestoreFile.create(path);
      await file.append(new Uint8Array(100).fill(7));
      const temporaryPath = await file.complete(60);
      assertEquals(await Deno.readFile(temporaryPath), new Uint8Array(60).fill(7));
      assertFalse((await namesIn(folder)).includes("a.db"));
    }
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("RestoreFile leaves nothing when it is not finished", async () => {
  await withFolder(async (folder) => {
    {
      await using file = await RestoreFile.create(`${folder}/test.db`);
      await file.append(new Uint8Array(100));
    }
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("RestoreFile begins anew when an earlier attempt was killed", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/test.db.tmp`, new Uint8Array(1000).fill(9));
    {
      await using file = await RestoreFile.create(`${folder}/test.db`);
      await file.append(new Uint8Array([1]));
      await file.finish(2);
    }
    assertEquals([...await Deno.readFile(`${folder}/test.db`)], [1, 0]);
    assertEquals(await namesIn(folder), ["test.db"]);
  });
});

Deno.test("RestoreFile.writePages() puts pages where they belong, few bytes and many", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/test.db`;
    const expected = new Uint8Array(3_000_000).fill(255);
    const runs = [[2_500_000, 300_000], [0, 512], [700_000, 65_536], [4_096, 65_535]].map((
      [offset = 0, size = 0],
      i,
    ) => ({
      offset,
      bytes: new Uint8Array(size).fill(i + 1),
    }));
    for (const { offset, bytes } of runs) expected.set(bytes, offset);
    {
      await using file = await RestoreFile.create(path);
      await file.append(new Uint8Array(3_000_000).fill(255));
      await file.writePages(runs.slice(0, 2));
      await file.writePages([]);
      await file.writePages(runs.slice(2));
      assertEquals(file.appendedBytes, 3_000_000);
      await file.finish(3_000_000);
    }
    assertEquals(sha256(await Deno.readFile(path)), sha256(expected));
  });
});

Deno.test("RestoreFile.append() takes pieces of any size, and has copied them when it resolves", async () => {
  await withRandom(async (random) => {
    await withFolder(async (folder) => {
      const [path, expected] = [`${folder}/test.db`, random.bytes(5_000_000)];
      {
        await using file = await RestoreFile.create(path);
        for (const piece of random.pieces(expected, 1_500_000)) {
          const bytes = piece.slice();
          await file.append(bytes);
          bytes.fill(0);
        }
        await file.finish(expected.byteLength);
      }
      assertEquals(sha256(await Deno.readFile(path)), sha256(expected));
    });
  });
});

Deno.test("RestoreFile.writePages() has written the pages of one call when the next resolves", async () => {
  await withFolder(async (folder) => {
    const [path, page] = [`${folder}/test.db`, new Uint8Array(100_000)];
    {
      await using file = await RestoreFile.create(path);
      for (let i = 1; i <= 50; i++) {
        page.fill(i);
        await file.writePages([{ offset: i * page.byteLength, bytes: page }]);
        await file.writePages([]);
      }
      await file.finish(51 * page.byteLength);
    }
    const bytes = await Deno.readFile(path);
    for (let i = 0; i <= 50; i++) {
      assert(bytes.subarray(i * page.byteLength, (i + 1) * page.byteLength).every((byte) => byte === i), `page ${i}`);
    }
  });
});

for (const what of ["append", "writePages", "finish"] as const) {
  Deno.test(`RestoreFile.${what}() throws what went wrong behind the caller's back`, async () => {
    await withFolder(async (folder) => {
      await Deno.symlink("/dev/full", `${folder}/test.db.tmp`);
      const bytes = new Uint8Array(1_048_576);
      await assertRejects(async () => {
        await using file = await RestoreFile.create(`${folder}/test.db`);
        await file.append(bytes);
        await new Promise((resolve) => setTimeout(resolve, 0)); // an unhandled failure would be reported
        if (what === "append") await file.append(bytes);
        if (what === "writePages") await file.writePages([{ offset: 0, bytes }]);
        if (what === "finish") await file.finish(bytes.byteLength);
      }, "No space left on device");
      assertEquals(await namesIn(folder), []);
    });
  });
}

Deno.test("RestoreFile.create() refuses a target that is a file, a folder, or a link to anything or nothing", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file.db`, "precious");
    await Deno.mkdir(`${folder}/folder.db`);
    await Deno.symlink(`${folder}/file.db`, `${folder}/link.db`);
    await Deno.symlink(`${folder}/nowhere`, `${folder}/dangling.db`);
    const before = await namesIn(folder);
    for (const name of before) assertEquals((await refusal(`${folder}/${name}`)).code, "target-exists");
    assertEquals(await namesIn(folder), before);
    assertEquals(await Deno.readTextFile(`${folder}/file.db`), "precious");
  });
});

Deno.test("RestoreFile.finish() refuses a target that was made meanwhile", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/test.db`;
    const error = await assertRejects(async () => {
      await using file = await RestoreFile.create(path);
      await file.append(new Uint8Array([1]));
      await Deno.writeTextFile(path, "precious");
      await Deno.writeTextFile(`${path}-wal`, "precious too");
      await file.finish(1);
    }, ReplicateError);
    assertEquals(error.code, "target-exists");
    assertEquals(await namesIn(folder), ["test.db", "test.db-wal"]);
    assertEquals(await Deno.readTextFile(path), "precious");
  });
});

Deno.test("restore() removes a WAL and its index that an earlier database left beside the target", async () => {
  await using replica = await copyFixture("p4096");
  await withFolder(async (folder) => {
    // A real WAL, which SQLite would replay: of another database of the same page size.
    using sqlite = openSqlite(`${folder}/other.db`);
    sqlite.all("PRAGMA journal_mode = WAL");
    sqlite.exec("CREATE TABLE stale (x)");
    for (const suffix of ["-wal", "-shm"]) {
      await Deno.copyFile(`${folder}/other.db${suffix}`, `${replica.outputPath}${suffix}`);
    }
  });
  assertEquals(await replica.outputFiles(), ["restored.db-shm", "restored.db-wal"]);
  await replica.restore();
  assertEquals(await replica.outputFiles(), ["restored.db"]);
  const { rows_sha256 } = await readFixtureMeta("p4096");
  assertEquals(inspectDatabase(replica.outputPath).rows_sha256, rows_sha256);
});

Deno.test("restore() removes a rollback journal that an earlier database left beside the target", async () => {
  await using replica = await copyFixture("p4096");
  await withFolder(async (folder) => {
    // A hot one, which SQLite would play back: its cache is too small for the transaction.
    using sqlite = openSqlite(`${folder}/other.db`);
    sqlite.exec("PRAGMA cache_size = 2; CREATE TABLE stale (x); INSERT INTO stale VALUES (zeroblob(100000))");
    sqlite.exec("BEGIN; UPDATE stale SET x = zeroblob(99999); INSERT INTO stale VALUES (zeroblob(500000))");
    await Deno.copyFile(`${folder}/other.db-journal`, `${replica.outputPath}-journal`);
    sqlite.exec("ROLLBACK");
  });
  await replica.restore();
  assertEquals(await replica.outputFiles(), ["restored.db"]);
  assertEquals(inspectDatabase(replica.outputPath).rows_sha256, (await readFixtureMeta("p4096")).rows_sha256);
});

Deno.test("restore() leaves what stands at the target, and reads no object", async () => {
  await using replica = await copyFixture("p512");
  await Deno.writeTextFile(replica.outputPath, "precious");
  let bytesRead = 0;
  const onProgress = (doneBytes: number): void => void (bytesRead = doneBytes);
  const error = await assertRejects(() => replica.restore({ onProgress }), ReplicateError, replica.outputPath);
  assertEquals([error.code, bytesRead], ["target-exists", 0]);
  assertEquals(await replica.outputFiles(), ["restored.db"]);
  assertEquals(await Deno.readTextFile(replica.outputPath), "precious");
});
