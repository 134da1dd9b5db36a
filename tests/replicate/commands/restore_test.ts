/** Restores of what a real Litestream wrote, by everything that its flags can say. */

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { restore } from "../../../replicate/commands/restore.ts";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { parseObjectKey } from "../../../replicate/object_key.ts";
import { ConfigFolder } from "../../support/config_folder.ts";
import { copyFixture, inspectDatabase, readFixtureMeta, readFixtureObjects } from "../../support/litestream_fixture.ts";
import { plainOf, ReplicaFolder, sha256, snapshotKey } from "../../support/replica_builder.ts";
import { runHere } from "../../support/recording_shell.ts";

const OLDER = "31a84b79aa9d4079";
const NEWER = "025020eeece3403e";

/** What is restored from a copy that has only some of the objects: no flag can have played a part in it. */
async function digestOfOnly(
  name: "p4096" | "two-generations",
  isKept: (key: string, modifiedAtMs: number) => boolean,
): Promise<string> {
  await using replica = await copyFixture(name);
  for (const { path, mtime_ms } of await readFixtureObjects(name)) {
    if (!isKept(path, mtime_ms)) await replica.remove(path);
  }
  return sha256(await replica.restoredBytes());
}

/** Runs a restore of a replica and gives the digest of its result. */
async function digestOf(replica: ReplicaFolder, ...args: readonly string[]): Promise<string> {
  const { code, err } = await runHere([restore.name, "-o", replica.outputPath, ...args, `file://${replica.path}`]);
  assertEquals(code, 0, err);
  assertEquals(await replica.outputFiles(), ["restored.db"]);
  const bytes = await Deno.readFile(replica.outputPath);
  assertEquals(inspectDatabase(replica.outputPath).integrity, "ok");
  await Deno.remove(replica.outputPath);
  return sha256(bytes);
}

Deno.test("replicate restore -generation takes that generation, and without it the newest", async () => {
  await using replica = await copyFixture("two-generations");
  const newest = (await readFixtureMeta("two-generations")).db_sha256;
  assertEquals(await digestOf(replica), newest);
  assertEquals(await digestOf(replica, "-generation", NEWER), newest);
  const older = await digestOf(replica, "-generation", OLDER);
  assertEquals(older, await digestOfOnly("two-generations", (key) => key.includes(OLDER)));
  assertFalse(older === newest);
});

Deno.test("replicate restore -index stops at the end of that WAL, and an index behind the end means the end", async () => {
  await using replica = await copyFixture("p4096");
  const generation = "d964b12193e74251";
  for (const index of [0, 2, 5]) {
    const digest = await digestOf(replica, "-generation", generation, "-index", `0000000${index}`);
    assertEquals(digest, await digestOfOnly("p4096", (key) => (parseObjectKey(key)?.index ?? 0) <= index));
  }
  const behind = await digestOf(replica, "-generation", generation, "-index", "ff");
  assertEquals(behind, (await readFixtureMeta("p4096")).db_sha256);
});

Deno.test("replicate restore -timestamp gives the state at that time, also between generations and behind the end", async () => {
  await using replica = await copyFixture("two-generations");
  const objects = await readFixtureObjects("two-generations");
  const times = objects.map(({ mtime_ms }) => mtime_ms).sort((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const lastOfOlder = Math.max(...objects.filter(({ path }) => path.includes(OLDER)).map(({ mtime_ms }) => mtime_ms));
  for (const ms of [first, first + 700, lastOfOlder + 500, last - 150, last + 86_400_000]) {
    const digest = await digestOf(replica, "-timestamp", new Date(ms).toISOString());
    assertEquals(digest, await digestOfOnly("two-generations", (_key, modifiedAtMs) => modifiedAtMs <= ms), `${ms}`);
  }
});

Deno.test("replicate restore says from when on there is something, also with -if-replica-exists", async () => {
  await using replica = await copyFixture("p4096");
  const { code, err } = await runHere([
    ...["restore", "-o", replica.outputPath, "-if-replica-exists", "-timestamp", "2020-01-01T00:00:00Z"],
    `file://${replica.path}`,
  ]);
  assertEquals(code, 1);
  assertStringIncludes(err, "give a time from 2026-11-20T");
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("replicate restore takes a database of the configuration, its newest replica, and its own path", async () => {
  await using old = await copyFixture("p512");
  await using recent = await copyFixture("two-generations");
  await recent.put("generations/readme.txt", new Uint8Array(1));
  const lines = [`{path: ${old.path}, name: old}`, `{path: ${recent.path}, name: recent}`];
  await using folder = await ConfigFolder.create(lines);
  const newestOf = async (name: "p512" | "two-generations"): Promise<number> =>
    Math.max(...(await readFixtureObjects(name)).map(({ mtime_ms }) => mtime_ms));
  const newest = await newestOf("p512") > await newestOf("two-generations") ? "p512" : "two-generations";
  const { code, err } = await folder.run("restore", folder.databasePath);
  assertEquals(code, 0, err);
  assertEquals(sha256(await Deno.readFile(folder.databasePath)), (await readFixtureMeta(newest)).db_sha256);
  const again = await folder.run("restore", "-if-db-not-exists", folder.databasePath);
  assertEquals(again.code, 0);
  const other = `${folder.path}/other.db`;
  assertEquals((await folder.run("restore", "-replica", "old", "-o", other, folder.databasePath)).code, 0);
  assertEquals(sha256(await Deno.readFile(other)), (await readFixtureMeta("p512")).db_sha256);
});

Deno.test("replicate restore -dry-run prints the plan and writes nothing", async () => {
  await using replica = await copyFixture("two-generations");
  const args = ["restore", "-dry-run", "-o", replica.outputPath, "-generation", OLDER, "-index", "1"];
  const { code, out } = await runHere([...args, "-json", `file://${replica.path}`]);
  const { generation, segments, lastSegment, output } = JSON.parse(out.join("\n"));
  assertEquals([code, generation, segments, output], [0, OLDER, 7, replica.outputPath]);
  assertEquals(lastSegment, `generations/${OLDER}/wal/00000001_000090f8.wal.lz4`);
  const text = await runHere([...args, `file://${replica.path}`]);
  assert(text.out.includes(`generation   ${OLDER}`), text.out.join("\n"));
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("replicate restore -json prints where it came to as a line of JSON", async () => {
  await using replica = await copyFixture("p512");
  const { code, out, err } = await runHere(["restore", "-json", "-o", replica.outputPath, `file://${replica.path}`]);
  assertEquals([code, err, out.length], [0, "", 1]);
  const { output, replica: name, position, databaseBytes, pageBytes } = JSON.parse(out[0] ?? "");
  assertEquals([output, name, pageBytes], [replica.outputPath, "file", 512]);
  assertEquals(databaseBytes, (await Deno.stat(replica.outputPath)).size);
  assertStringIncludes(position, "1f9e986c2553b752/00000006:");
});

Deno.test("replicate restore -integrity-check has SQLite look, and lets nothing appear that it finds damaged", async () => {
  await using replica = await copyFixture("p4096");
  const expected = (await readFixtureMeta("p4096")).db_sha256;
  assertEquals(await digestOf(replica, "-integrity-check", "quick"), expected);
  assertEquals(await digestOf(replica, "-integrity-check", "full"), expected);
  const snapshot = await damagedSnapshot(replica);
  await using damaged = await ReplicaFolder.create();
  await damaged.put(snapshotKey(0), snapshot);
  assertEquals((await runHere(["restore", "-o", `${damaged.outputPath}.kept`, `file://${damaged.path}`])).code, 0);
  for (const check of ["quick", "full"]) {
    const args = ["restore", "-integrity-check", check, "-o", damaged.outputPath, `file://${damaged.path}`];
    const { code, err } = await runHere(args);
    assertEquals(code, 1);
    assertStringIncludes(err, "SQLite finds it damaged");
    assertEquals(await damaged.outputFiles(), ["restored.db.kept"]);
  }
});

/** A database whose checksums are all right, in a replica's eyes, and whose second page is not one. */
async function damagedSnapshot(replica: ReplicaFolder): Promise<Uint8Array> {
  const database = await replica.restoredBytes();
  database.fill(0xff, 4_096, 8_192);
  const frame = await encodeFrame(database);
  assertEquals(sha256(await plainOf(frame)), sha256(database));
  return frame;
}
