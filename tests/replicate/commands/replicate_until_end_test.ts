/** The command as people run it: a process, beside other processes that use the database through SQLite alone. */

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { replicateUntilEnd } from "../../../replicate/commands/replicate_until_end.ts";
import { createLog } from "../../../replicate/commands/log.ts";
import { DEFAULT_LOGGING } from "../../../replicate/litestream/model.ts";
import { CliProcess } from "../../support/cli_process.ts";
import { addForeignGeneration } from "../../support/foreign_generation.ts";
import { assertRestoresEqual } from "../../support/page_compare.ts";
import { recordingShell } from "../../support/recording_shell.ts";
import { folderStore, withFolder } from "../../support/replicator_fixture.ts";
import { openSqlite } from "../../support/sqlite.ts";

/** The program has no patience of its own: without the timeout it gives a statement up when the engine has the lock. */
const SETUP =
  "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, body);";

/** Has the `sqlite3` program run statements, in a process of its own. */
async function sqlite3(path: string, sql: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("sqlite3", { args: [path, sql] }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Compares the replica with the database, and gives what the database has. */
async function restoredBodies(folder: string): Promise<unknown[]> {
  await assertRestoresEqual(folderStore(`${folder}/replica`), `${folder}/app.db`);
  using sqlite = openSqlite(`${folder}/app.db`);
  return sqlite.all("SELECT body FROM item ORDER BY id").map(({ body }) => body);
}

/** Writes a script for `sh`, and gives the command that runs it. */
async function script(folder: string, lines: readonly string[]): Promise<string> {
  await Deno.writeTextFile(`${folder}/app.sh`, `${lines.join("\n")}\n`);
  return `sh ${folder}/app.sh`;
}

Deno.test("replicate -exec uploads all that the command wrote, and exits with its code", async () => {
  await withFolder(async (folder) => {
    const db = `${folder}/app.db`;
    await Deno.writeTextFile(
      `${folder}/load.sql`,
      SETUP + "INSERT INTO item (body) VALUES (randomblob(3000));".repeat(1_500) + "DELETE FROM item WHERE id % 7 = 0;",
    );
    const exec = await script(folder, [`sqlite3 ${db} < ${folder}/load.sql`, 'echo "with $GREETING"', "exit 7"]);
    const args = ["replicate", "-exec", exec, db, `file://${folder}/replica`];
    await using command = CliProcess.start(args, { GREETING: "the environment" });
    assertEquals(await command.end(), 7, command.output);
    assertStringIncludes(command.output, "with the environment");
    assertStringIncludes(command.output, "Everything is in the replicas");
    assertEquals((await restoredBodies(folder)).length, 1_286);
  });
});

Deno.test("replicate -exec passes a signal on, waits for the command's end, and uploads its last commit", async () => {
  await withFolder(async (folder) => {
    const db = `${folder}/app.db`;
    for (const [signal, code] of [["SIGTERM", 3], ["SIGINT", 4]] as const) {
      const exec = await script(folder, [
        `sqlite3 ${db} "${SETUP}"`,
        `trap "sqlite3 -cmd '.timeout 30000' ${db} \\"INSERT INTO item (body) VALUES ('${signal}')\\"; exit ${code}" ${
          signal.slice(3)
        }`,
        "echo ready",
        "while :; do sleep 0.05; done",
      ]);
      await using command = CliProcess.start(["replicate", "-exec", exec, db, `file://${folder}/replica`]);
      await command.says("ready");
      command.signal(signal);
      assertEquals(await command.end(), code, command.output);
    }
    assertEquals(await restoredBodies(folder), ["SIGTERM", "SIGINT"]);
  });
});

Deno.test("replicate -exec uploads what a command has written that was killed", async () => {
  await withFolder(async (folder) => {
    const db = `${folder}/app.db`;
    const exec = await script(folder, [
      `sqlite3 ${db} "${SETUP} INSERT INTO item (body) VALUES ('last');"`,
      "kill -9 $$",
    ]);
    await using command = CliProcess.start(["replicate", "-exec", exec, db, `file://${folder}/replica`]);
    assertEquals(await command.end(), 137, command.output);
    assertEquals(await restoredBodies(folder), ["last"]);
  });
});

Deno.test("replicate ends at once, and the command with it, when a second signal comes", async () => {
  await withFolder(async (folder) => {
    const exec = await script(folder, ['trap "" TERM', "echo pid=$$", "while :; do sleep 0.05; done"]);
    await using command = CliProcess.start([
      "replicate",
      "-exec",
      exec,
      `${folder}/app.db`,
      `file://${folder}/replica`,
    ]);
    await command.says("pid=");
    const pid = Number(/pid=(\d+)/.exec(command.output)?.[1]);
    command.signal("SIGTERM");
    await command.says("Signal received: finishing");
    command.signal("SIGTERM");
    assertEquals(await command.end(), 1, command.output);
    const { success } = await new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).output();
    assertFalse(success);
  });
});

Deno.test("replicate replicates several databases to several replicas until a signal, and uploads what came last", async () => {
  await withFolder(async (folder) => {
    const names = ["one", "two"];
    const dbs = names.map((name) =>
      `  - path: ${folder}/${name}.db\n    replicas:\n      - {name: near, path: ${folder}/near-${name}}\n` +
      `      - {name: far, path: ${folder}/far-${name}, sync-interval: 10m}\n`
    );
    await Deno.writeTextFile(`${folder}/l.yml`, `logging: {type: json, stderr: true}\ndbs:\n${dbs.join("")}`);
    await using command = CliProcess.start(["replicate", "-config", `${folder}/l.yml`]);
    for (const name of names) {
      await sqlite3(`${folder}/${name}.db`, `${SETUP} INSERT INTO item (body) VALUES ('${name}')`);
    }
    await command.says("Snapshot written", 4);
    for (const name of names) await sqlite3(`${folder}/${name}.db`, `${SETUP} INSERT INTO item (body) VALUES ('last')`);
    command.signal("SIGINT");
    assertEquals(await command.end(), 0, command.output);
    assert(command.output.trim().split("\n").every((line) => typeof JSON.parse(line).msg === "string"));
    for (const place of ["near", "far"]) {
      for (const name of names) {
        await assertRestoresEqual(folderStore(`${folder}/${place}-${name}`), `${folder}/${name}.db`);
      }
    }
  });
});

Deno.test("replicate exits with 1 when not everything is in the replicas at the end", async () => {
  await withFolder(async (folder) => {
    const args = ["replicate", `${folder}/app.db`, `file://${folder}/replica`];
    await sqlite3(`${folder}/app.db`, SETUP);
    {
      await using command = CliProcess.start(args);
      await command.says("Snapshot written");
      command.signal("SIGTERM");
      assertEquals(await command.end(), 0, command.output);
    }
    await addForeignGeneration(`${folder}/replica`);
    await using command = CliProcess.start(args);
    await command.says("Another instance writes to the replica");
    command.signal("SIGTERM");
    assertEquals(await command.end(), 1, command.output);
    assertStringIncludes(command.output, "Not everything is in the replicas");
  });
});

Deno.test("replicateUntilEnd() says so and goes on until a signal when there is no database", async () => {
  const shell = recordingShell();
  const log = createLog(shell, DEFAULT_LOGGING);
  const ending = replicateUntilEnd(shell, { databases: [], exec: null, addr: null }, log);
  assertEquals(shell.listenerCount(), 1);
  shell.signal("SIGTERM");
  assertEquals([await ending, shell.listenerCount()], [0, 0]);
  assertStringIncludes(shell.out[0] ?? "", "The configuration has no databases");
});
