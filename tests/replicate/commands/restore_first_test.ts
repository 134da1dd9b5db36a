/** A container's life: its disk is empty at each start, and the replica's generation goes on. */

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { countLinks } from "../../../replicate/chain.ts";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { pathExists } from "../../../replicate/path_exists.ts";
import { listReplica } from "../../../replicate/replica.ts";
import { metaPath } from "../../../replicate/state_file.ts";
import { CliProcess } from "../../support/cli_process.ts";
import { segmentKey, snapshotKey } from "../../support/replica_builder.ts";
import { folderStore, withFolder } from "../../support/replicator_fixture.ts";

/** An application that tells what it finds, adds a row, and runs until it is told to end; then it adds another. */
async function application(folder: string): Promise<string> {
  const run = (sql: string): string => `sqlite3 -cmd '.timeout 30000' ${folder}/app.db "${sql}"`;
  const lines = [
    run("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS item (body);"),
    `echo "found $(${run("SELECT count(*) FROM item")})"`,
    run("INSERT INTO item VALUES ('start')"),
    `end() { ${run("INSERT INTO item VALUES ('end')")}; exit 0; }`,
    "trap end TERM",
    "echo ready",
    "while :; do sleep 0.05; done",
  ];
  await Deno.writeTextFile(`${folder}/app.sh`, `${lines.join("\n")}\n`);
  return `sh ${folder}/app.sh`;
}

async function commandOf(folder: string): Promise<string[]> {
  const exec = await application(folder);
  return [
    ...["replicate", "-restore-if-db-not-exists", "-exec", exec],
    ...[`${folder}/app.db`, `file://${folder}/replica`],
  ];
}

async function loseDisk(folder: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(`${folder}/app.db${suffix}`).catch(() => undefined);
  await Deno.remove(metaPath(`${folder}/app.db`), { recursive: true });
  assertFalse(await pathExists(`${folder}/app.db`));
}

Deno.test("replicate -restore-if-db-not-exists goes on in one generation, start after start on an empty disk", async () => {
  await withFolder(async (folder) => {
    const args = await commandOf(folder);
    for (let start = 0; start < 3; start++) {
      if (start > 0) await loseDisk(folder);
      await using command = CliProcess.start(args);
      await command.says("ready");
      assertStringIncludes(command.output, `found ${2 * start}\n`);
      assertEquals(command.output.includes("Database restored from the replica"), start > 0);
      assertFalse(command.output.includes("Another instance may still be writing"), "the log was closed at the end");
      command.signal("SIGTERM");
      assertEquals(await command.end(), 0, command.output);
      assertStringIncludes(command.output, "Everything is in the replicas");
    }
    const store = folderStore(`${folder}/replica`);
    const listing = await listReplica(store);
    assertEquals([listing.length, listing[0]?.snapshots.length, await countLinks(store)], [1, 1, 1]);
  });
});

Deno.test("replicate -restore-if-db-not-exists leaves a database that is there as it is", async () => {
  await withFolder(async (folder) => {
    const args = await commandOf(folder);
    for (const found of [0, 2]) {
      await using command = CliProcess.start(args);
      await command.says("ready");
      assertStringIncludes(command.output, `found ${found}\n`);
      assertFalse(command.output.includes("Database restored"));
      command.signal("SIGTERM");
      assertEquals(await command.end(), 0, command.output);
    }
  });
});

Deno.test("replicate -restore-if-db-not-exists starts no command when the replica cannot be restored", async () => {
  await withFolder(async (folder) => {
    for (const key of [snapshotKey(0), segmentKey(0, 0)]) {
      await Deno.mkdir(`${folder}/replica/${key}`.replace(/[/][^/]*$/, ""), { recursive: true });
      await Deno.writeFile(`${folder}/replica/${key}`, (await encodeFrame(new Uint8Array(512))).subarray(0, 20));
    }
    await using command = CliProcess.start(await commandOf(folder));
    assertEquals(await command.end(), 1, command.output);
    assertStringIncludes(command.output, "replicate: Cannot ");
    assertFalse(command.output.includes("found"));
    assertFalse(await pathExists(`${folder}/app.db`));
  });
});

Deno.test("replicate -restore-if-db-not-exists ends at a signal while it waits for the replica", async () => {
  await withFolder(async (folder) => {
    const [exec, db] = [await application(folder), `${folder}/app.db`];
    const args = ["replicate", "-restore-if-db-not-exists", "-exec", exec, db, "s3://bucket/app"];
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = closed.addr;
    closed.close();
    await using command = CliProcess.start(args, {
      LITESTREAM_ACCESS_KEY_ID: "id",
      LITESTREAM_SECRET_ACCESS_KEY: "secret",
      LITESTREAM_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    await command.says("Replication failed and will be tried again");
    command.signal("SIGTERM");
    assertEquals(await command.end(), 1, command.output);
    assertStringIncludes(command.output, "Interrupted by SIGTERM");
    assert(!command.output.includes("found"));
  });
});
