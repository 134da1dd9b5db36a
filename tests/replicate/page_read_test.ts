import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { connect } from "../../replicate/connection.ts";
import { beginPageRead } from "../../replicate/page_read.ts";
import { openApplication, withFolder } from "../support/replicator_fixture.ts";
import { readPages } from "../support/page_compare.ts";

Deno.test("beginPageRead() sees the database as it was, whatever is written afterwards, and ends its transaction", async () => {
  await withFolder((folder) => {
    using application = openApplication(`${folder}/app.db`);
    application.exec("CREATE TABLE item (body); INSERT INTO item VALUES (randomblob(20000))");
    const before = readPages(`${folder}/app.db`);
    const connection = connect(`${folder}/app.db`);
    {
      using read = beginPageRead(connection);
      application.exec("INSERT INTO item VALUES (randomblob(20000))");
      assertEquals([read.pageCount, read.pageBytes], [before.length, before[0]?.byteLength ?? 0]);
      assertEquals(before.map((_page, i) => new Uint8Array(read.readPage(i + 1))), before);
      assertThrows(() => read.readPage(before.length + 1));
    }
    assertFalse(connection.inTransaction);
    connection.close();
    return Promise.resolve();
  });
});
