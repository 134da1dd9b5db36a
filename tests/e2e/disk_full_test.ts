/** The disk with the database is full: a small file system of its own, which only root can make. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertServed, assertStored, readPaste, sendPaste } from "../support/paste_client.ts";
import { copyDisk } from "../support/machine.ts";
import { seededRandom } from "../support/random.ts";
import { runScript, ServiceProcess } from "../support/service_process.ts";
import { openSqlite } from "../support/sqlite.ts";
import { Workspace } from "../support/workspace.ts";

/** A file system in memory with few bytes, as a full disk is hard to come by. */
class SmallDisk implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async mount(folder: string, size: string): Promise<SmallDisk> {
    await Deno.mkdir(folder);
    await run("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
    return new SmallDisk(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.#folder]);
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(`This test needs root, for ${program}: ${new TextDecoder().decode(stderr)}`);
}

Deno.test("disk full: 507 to the client, what was stored stays readable, and all goes on once there is room", async () => {
  await using workspace = await Workspace.make();
  await using _disk = await SmallDisk.mount(`${workspace.folder}/data`, "16m");
  const ballast = `${workspace.folder}/data/ballast`;
  await Deno.writeFile(ballast, new Uint8Array(8_000_000));
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilSynced();
  const random = seededRandom(1);
  const pastes = new Map<string, Uint8Array<ArrayBuffer>>();
  const put = async (): Promise<number> => {
    const bytes = random.bytes(300_000); // noise: text would be compressed
    const { status, id, text } = await sendPaste(service.url, bytes);
    if (status === 200) pastes.set(id ?? "", bytes);
    else assertMatch(text, /^Cannot store the paste as the disk is full: tell the operator\n$/);
    return status;
  };
  let status = 200;
  for (let i = 0; i < 100 && status === 200; i++) status = await put();
  assertEquals(status, 507);
  assert(pastes.size > 3);
  for (let i = 0; i < 3; i++) assertEquals(await put(), 507);
  await assertServed(service.url, pastes);
  assertEquals((await readPaste(service.url, "healthz")).status, 200);

  await service.untilSynced(); // what was stored is in the replica although nothing can be checkpointed

  await Deno.remove(ballast);
  for (let i = 0; i < 3; i++) assertEquals(await put(), 200, service.log);
  await service.untilSynced();
  await assertServed(service.url, pastes);
  assertEquals((await service.end("SIGTERM")).code, 0, service.log);
  // On another disk, as this process may keep open what it has opened, and the small one has to go.
  const copy = copyDisk(workspace.databasePath, `${workspace.folder}/copy`);
  {
    using sqlite = openSqlite(copy);
    assertEquals(sqlite.value("PRAGMA integrity_check"), "ok");
  }
  assertStored(copy, pastes);
  const restored = `${workspace.folder}/restored.db`;
  assertEquals((await runScript("replicate/cli.ts", ["restore", "-o", restored, workspace.replicaUrl])).code, 0);
  assertStored(restored, pastes);
});
