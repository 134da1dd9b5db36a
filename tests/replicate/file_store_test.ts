import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { FileStore } from "../../replicate/file_store.ts";
import { seededRandom } from "../support/random.ts";

const content = new TextEncoder().encode("content");

function storeIn(folder: string): FileStore {
  return new FileStore({ folder, clock: systemClock, random: seededRandom(1).next });
}

async function withStore(body: (store: FileStore, dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(storeIn(dir), dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function files(dir: string, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    if (isDirectory) names.push(`${prefix}${name}/`, ...await files(`${dir}/${name}`, `${prefix}${name}/`));
    else names.push(`${prefix}${name}`);
  }
  return names.sort();
}

async function keys(store: FileStore, prefix = ""): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

Deno.test("FileStore.url is the folder's", () => {
  assertEquals(storeIn("/var/replica").url, "file:///var/replica");
  assertEquals(storeIn("replica").url, "file:replica");
});

Deno.test("FileStore uses the layout of Litestream's file replica and leaves no temporary files", async () => {
  await withStore(async (store, dir) => {
    await store.create("generations/0123456789abcdef/wal/00000000_00000000.wal.lz4", content);
    await store.create("generations/0123456789abcdef/wal/00000000_00000000.wal.lz4", content);
    await store.putStream("chain/00000000", ReadableStream.from([content]), { sizeBoundBytes: 7 });
    assertEquals(await files(dir), [
      "chain/",
      "chain/00000000",
      "generations/",
      "generations/0123456789abcdef/",
      "generations/0123456789abcdef/wal/",
      "generations/0123456789abcdef/wal/00000000_00000000.wal.lz4",
    ]);
  });
});

Deno.test("FileStore lets exactly one of many stores on one folder win", async () => {
  await withStore(async (_, dir) => {
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(
        // All of one seed: they want the same temporary names, too.
        Array.from({ length: 8 }, (_, index) => storeIn(dir).create(`wal/${round}`, new Uint8Array([index]))),
      );
      const winners = outcomes.flatMap((outcome, index) => outcome === "created" ? [index] : []);
      assertEquals([...await Deno.readFile(`${dir}/wal/${round}`)], winners);
    }
  });
});

Deno.test("FileStore writes while another store empties the folder", async () => {
  await withStore(async (store, dir) => {
    const other = storeIn(dir);
    await Promise.all([
      (async () => {
        for (let index = 0; index < 100; index++) assertEquals(await store.create(`a/b/${index}`, content), "created");
      })(),
      (async () => {
        for (let index = 0; index < 100; index++) {
          await other.create(`a/b/x${index}`, content);
          await other.delete(await keys(other, "a/b/x"));
        }
      })(),
    ]);
    assertEquals((await keys(store, "a/b/")).length, 100);
  });
});

Deno.test("list() ignores temporary files and what is no file", async () => {
  await withStore(async (store, dir) => {
    await store.create("a/key", content);
    await Deno.writeFile(`${dir}/a/key.1.tmp`, content);
    await Deno.symlink(`${dir}/a/key`, `${dir}/a/link`);
    await Deno.symlink(`${dir}/a`, `${dir}/loop`);
    await Deno.mkdir(`${dir}/empty`);
    assertEquals(await keys(store), ["a/key"]);
  });
});

Deno.test("list() opens no folder outside the prefix", async () => {
  await withStore(async (store, dir) => {
    await store.create("generations/aa/wal/1", content);
    await store.create("generations/ab/wal/1", content);
    await store.create("generations/b/wal/1", content);
    const opened: string[] = [];
    const readDir = Deno.readDir;
    try {
      Deno.readDir = (path) => {
        opened.push(String(path).slice(dir.length));
        return readDir(path);
      };
      assertEquals(await keys(store, "generations/a"), ["generations/aa/wal/1", "generations/ab/wal/1"]);
    } finally {
      Deno.readDir = readDir;
    }
    assertEquals(opened, [
      "/generations",
      "/generations/aa",
      "/generations/aa/wal",
      "/generations/ab",
      "/generations/ab/wal",
    ]);
  });
});

Deno.test("list() gives nothing when the folder is missing", async () => {
  await withStore(async (_, dir) => {
    assertEquals(await keys(storeIn(`${dir}/none`)), []);
  });
});

Deno.test("delete() removes the folders that become empty, but not the store's own", async () => {
  await withStore(async (store, dir) => {
    await store.create("generations/aa/wal/1", content);
    await store.create("generations/aa/wal/2", content);
    await store.create("generations/aa/snapshots/1", content);
    await store.delete(["generations/aa/wal/1", "generations/aa/wal/2"]);
    assertEquals(await files(dir), [
      "generations/",
      "generations/aa/",
      "generations/aa/snapshots/",
      "generations/aa/snapshots/1",
    ]);
    await store.delete(["generations/aa/snapshots/1"]);
    assertEquals(await files(dir), []);
    await store.create("generations/aa/wal/1", content);
    assertEquals(await keys(store), ["generations/aa/wal/1"]);
  });
});

Deno.test("read() says object-missing of a folder and of what is below a file", async () => {
  await withStore(async (store) => {
    await store.create("a/b", content);
    for (const key of ["a", "a/b/c", "a/c"]) {
      const error = await assertRejects(() => store.read(key), ReplicateError);
      assertEquals(error.code, "object-missing", key);
    }
  });
});

Deno.test("FileStore refuses keys that lead out of the folder", async () => {
  await withStore(async (store) => {
    for (const key of ["../x", "/etc/passwd", "a/../../x", "x.tmp", ""]) {
      await assertRejects(() => store.create(key, content), TypeError);
      await assertRejects(() => store.read(key), TypeError);
      await assertRejects(() => store.delete([key]), TypeError);
    }
    await assertRejects(() => Array.fromAsync(store.list("../")), TypeError);
  });
});

Deno.test("FileStore is unavailable, and writes again later, when the disk is full", async () => {
  await withStore(async (store, dir) => {
    const open = Deno.open;
    try {
      // A file whose every write fails as on a full disk.
      Deno.open = (path, options) =>
        open(options?.write ? "/dev/full" : path, options?.write ? { write: true } : options);
      for (
        const write of [
          () => store.create("k", content),
          () => store.putStream("k", ReadableStream.from([content]), { sizeBoundBytes: 7 }),
        ]
      ) {
        const error = await assertRejects(write, ReplicateError);
        assertEquals([error.code, error.retryable], ["store-unavailable", true]);
        assert(error.message.includes("disk is full"));
      }
    } finally {
      Deno.open = open;
    }
    assertEquals(await files(dir), []);
    assertEquals(await store.create("k", content), "created");
  });
});

Deno.test("FileStore is refused when a file is where its folder must be", async () => {
  await withStore(async (_, dir) => {
    await Deno.writeFile(`${dir}/file`, content);
    const store = storeIn(`${dir}/file`);
    const error = await assertRejects(() => store.create("a/b", content), ReplicateError);
    assertEquals(error.code, "store-refused");
    assertEquals(await keys(store), []);
  });
});
