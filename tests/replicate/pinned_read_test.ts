import { assertEquals } from "@std/assert";
import { beginPinnedRead } from "../../replicate/pinned_read.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { readPages } from "../support/page_compare.ts";
import { GENERATION } from "../support/replica_builder.ts";
import { openApplication } from "../support/replicator_fixture.ts";
import { withWriterScene } from "../support/writer_context.ts";

Deno.test("beginPinnedRead() sees the database as it is at the WAL's end, and tells where that is", async () => {
  await withWriterScene(async ({ application, context, path, gateLog }) => {
    application.exec("INSERT INTO note (body) VALUES (randomblob(100000))");
    const header = await context.walFile.readHeader();
    if (header === null) throw new Error("There is a WAL");
    const cursor = new WalCursor(context.walFile, header, { runBytesMax: 65_536 });
    const pinned = await beginPinnedRead(context, () => ({ generation: GENERATION, index: 7, cursor }));
    const offset = (await Deno.stat(`${path}-wal`)).size;
    const before = readPages(path);
    application.exec("UPDATE note SET body = 'later'");
    assertEquals(pinned?.position, { generation: GENERATION, index: 7, offset });
    using read = pinned?.read;
    assertEquals(read?.pageCount, before.length);
    for (const [i, page] of before.entries()) assertEquals(new Uint8Array(read?.readPage(i + 1) ?? []), page);
    assertEquals(gateLog, ["hold", "release"]);
  });
});

Deno.test("beginPinnedRead() returns null when nothing is being written, or somebody keeps the write lock", async () => {
  await withWriterScene(async ({ context, path }) => {
    assertEquals(await beginPinnedRead(context, () => null), null);
    using other = openApplication(path);
    other.exec("BEGIN IMMEDIATE");
    assertEquals(await beginPinnedRead(context, () => null), null);
    other.exec("ROLLBACK");
  });
});
