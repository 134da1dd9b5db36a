import { assertEquals } from "@std/assert";
import { WalFile } from "../../replicate/wal_file.ts";
import { withFolder } from "../support/replicator_fixture.ts";
import { headerOf, recordWal } from "../support/wal_builder.ts";

Deno.test("WalFile holds nothing when there is no file", async () => {
  await withFolder(async (folder) => {
    using file = new WalFile(`${folder}/app.db`);
    assertEquals(await file.sizeBytes(), 0);
    assertEquals(await file.readHeader(), null);
    assertEquals((await file.read(0, 100)).byteLength, 0);
  });
});

Deno.test("WalFile.readHeader() reads the header, and null while it is being written", async () => {
  const { wal } = await recordWal(4096);
  await withFolder(async (folder) => {
    for (const length of [0, 1, 31]) {
      await Deno.writeFile(`${folder}/app.db-wal`, wal.subarray(0, length));
      using file = new WalFile(`${folder}/app.db`);
      assertEquals(await file.readHeader(), null, `${length} bytes`);
    }
    await Deno.writeFile(`${folder}/app.db-wal`, wal);
    using file = new WalFile(`${folder}/app.db`);
    assertEquals(await file.readHeader(), headerOf(wal));
    assertEquals(await file.sizeBytes(), wal.byteLength);
    await Deno.writeFile(`${folder}/app.db-wal`, wal.map((byte, i) => i === 17 ? byte ^ 1 : byte));
    assertEquals(await file.readHeader(), null, "a checksum that does not fit");
  });
});

Deno.test("WalFile.read() returns what there is, from anywhere", async () => {
  const { wal } = await recordWal(512);
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/app.db-wal`, wal);
    using file = new WalFile(`${folder}/app.db`);
    const size = wal.byteLength;
    for (const [offset, length] of [[0, 32], [40, 100], [size - 5, 100], [size, 1], [size + 9, 9], [3, 0]] as const) {
      assertEquals(await file.read(offset, length), wal.slice(offset, offset + length), `${offset}, ${length}`);
    }
  });
});

Deno.test("WalFile.read() returns the right bytes to each of many readers at a time", async () => {
  const { wal } = await recordWal(512);
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/app.db-wal`, wal);
    using file = new WalFile(`${folder}/app.db`);
    const offsets = Array.from({ length: 100 }, (_, i) => (i * 37) % (wal.byteLength - 64));
    const read = await Promise.all(offsets.map((offset) => file.read(offset, 64)));
    for (const [i, offset] of offsets.entries()) assertEquals(read[i], wal.slice(offset, offset + 64));
  });
});

Deno.test("WalFile finds a file that was made anew once its descriptor was given up", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db-wal`;
    await Deno.writeTextFile(path, "old");
    const file = new WalFile(`${folder}/app.db`);
    assertEquals(await file.sizeBytes(), 3);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "newer");
    file[Symbol.dispose]();
    assertEquals(new TextDecoder().decode(await file.read(0, 10)), "newer");
    file[Symbol.dispose]();
  });
});
