import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { printReplicas } from "../../../replicate/commands/listings.ts";
import { parseFlags } from "../../../replicate/commands/flags.ts";
import { snapshots } from "../../../replicate/commands/snapshots.ts";
import { cell } from "../../../replicate/commands/table.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { copyFixture } from "../../support/litestream_fixture.ts";
import { recordingShell } from "../../support/recording_shell.ts";
import { S3Server } from "../../support/s3_server.ts";

Deno.test("printReplicas() prints the rows of every replica, and of one alone when it is named", async () => {
  await using one = await copyFixture("p512");
  await using two = await copyFixture("p4096");
  await using folder = await ConfigFolder.create([`{path: ${one.path}, name: one}`, `{path: ${two.path}, name: two}`]);
  const both = await folder.run("snapshots", folder.databasePath);
  assertEquals([both.code, ...both.out.map((line) => line.slice(0, 7))], [0, "replica", "one    ", "two    "]);
  const only = await folder.run("snapshots", "-replica", "two", folder.databasePath);
  assertEquals([only.code, ...only.out.map((line) => line.slice(0, 7))], [0, "replica", "two    "]);
});

Deno.test("printReplicas() prints the others and fails when a replica cannot be listed", async () => {
  await using one = await copyFixture("p512");
  await using server = await S3Server.start();
  await using folder = await ConfigFolder.create([
    `{url: 's3://${server.bucket}/db', endpoint: '${server.endpoint}', access-key-id: wrong, secret-access-key: geheim}`,
    `{path: ${one.path}}`,
  ]);
  const { code, out, err } = await folder.run("snapshots", folder.databasePath);
  assertEquals([code, out.length], [1, 2]);
  assertStringIncludes(err, `s3://${server.bucket}/db`);
  assertFalse(err.includes("geheim"));
});

Deno.test("printReplicas() tells a row maker which database is meant", async () => {
  await using folder = await ConfigFolder.create();
  const shell = recordingShell({ env: { LITESTREAM_CONFIG: folder.configPath, DIR: folder.path } });
  const code = await printReplicas(shell, parseFlags(snapshots.flags, [folder.databasePath]), {
    columns: ["path"],
    rowsOf: ({ listing }, { database }) => [{ path: cell(`${database?.path} ${listing.length}`) }],
  });
  assertEquals([code, shell.out], [0, ["path", `${folder.databasePath} 0`]]);
});
