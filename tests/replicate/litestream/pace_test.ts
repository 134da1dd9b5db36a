/** What a replica's intervals in `litestream.yml` do: to that replica, and to no other. */

import { assert, assertEquals } from "@std/assert";
import { CliProcess } from "../../support/cli_process.ts";
import { withFolder } from "../../support/replicator_fixture.ts";
import { eventually } from "../../support/service_process.ts";

/** The replicas of which something was said, as often as it was. */
function replicasOf(output: string, message: string): string[] {
  return output.split("\n").filter((line) => line.includes(`"${message}"`))
    .map((line) => String(JSON.parse(line).replica).split("/").at(-1) ?? "");
}

Deno.test("snapshot-interval and validation-interval hold for the replica that has them", async () => {
  await withFolder(async (folder) => {
    const replicas = [
      `{name: plain, path: ${folder}/plain}`,
      `{name: snapped, path: ${folder}/snapped, snapshot-interval: 100ms}`,
      `{name: checked, path: ${folder}/checked, validation-interval: 100ms}`,
    ];
    const config = [
      "logging: {type: json}",
      `dbs: [{path: ${folder}/app.db, monitor-interval: 50ms, checkpoint-interval: 100ms, replicas: [${replicas}]}]`,
    ];
    await Deno.writeTextFile(`${folder}/l.yml`, config.join("\n"));
    await using command = CliProcess.start(["replicate", "-config", `${folder}/l.yml`]);
    const write = async (sql: string): Promise<void> => {
      const args = ["-cmd", ".timeout 30000", `${folder}/app.db`, sql];
      assert((await new Deno.Command("sqlite3", { args }).output()).success);
    };
    await write("PRAGMA journal_mode = WAL; CREATE TABLE item (body)");
    const count = (message: string, replica: string): number =>
      replicasOf(command.output, message).filter((name) => name === replica).length;
    await eventually("a second snapshot and a validation are told", async () => {
      await write("INSERT INTO item VALUES (randomblob(2000))");
      return count("Snapshot written", "snapped") > 1 &&
          count("The replica was restored and equals the database", "checked") > 0 || null;
    });
    assertEquals(count("Snapshot written", "plain"), 1);
    assertEquals(count("Snapshot written", "checked"), 1);
    assertEquals(count("The replica was restored and equals the database", "plain"), 0);
    command.signal("SIGTERM");
    assertEquals(await command.end(), 0, command.output);
  });
});
