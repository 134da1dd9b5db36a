import { assertEquals } from "@std/assert";
import { generations } from "../../../replicate/commands/generations.ts";
import { runCommand } from "../../../replicate/commands/run.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { copyFixture } from "../../support/litestream_fixture.ts";
import { recordingShell, runHere } from "../../support/recording_shell.ts";

Deno.test("replicate generations prints the generations of a replica as Litestream does, the newest last", async () => {
  await using replica = await copyFixture("two-generations");
  const shell = recordingShell({ clock: new FakeClock() });
  assertEquals(await runCommand(shell, [generations.name, `file://${replica.path}`]), 0);
  assertEquals(shell.out.map((line) => line.split(/  +/)).map(([name, id, _lag, ...times]) => [name, id, ...times]), [
    ["name", "generation", "start", "end"],
    ["file", "31a84b79aa9d4079", "2026-11-20T17:43:57Z", "2026-11-20T17:43:58Z"],
    ["file", "025020eeece3403e", "2026-11-20T17:44:01Z", "2026-11-20T17:44:02Z"],
  ]);
});

Deno.test("replicate generations measures the lag to the last change of the database, else to now", async () => {
  await using replica = await copyFixture("two-generations");
  await using folder = await ConfigFolder.create([`{path: ${replica.path}}`]);
  const lags = async (): Promise<number[]> => {
    const { code, out, err } = await folder.run("generations", "-json", folder.databasePath);
    assertEquals([code, err], [0, ""]);
    return out.map((line) => JSON.parse(line).lag);
  };
  await Deno.writeTextFile(folder.databasePath, "");
  await Deno.utime(folder.databasePath, 1_795_196_650, 1_795_196_650);
  assertEquals(await lags(), [11_015, 7_580]);
  await Deno.writeTextFile(`${folder.databasePath}-wal`, "");
  await Deno.utime(`${folder.databasePath}-wal`, 1_795_196_660, 1_795_196_660);
  assertEquals(await lags(), [21_015, 17_580]);
  const now = await runHere(["generations", "-json", `file://${replica.path}`]);
  assertEquals(now.code, 0);
});
