import { assert, assertEquals, assertRejects } from "@std/assert";
import { DurableFolders, syncFolder } from "../../../replicate/file/durable_folders.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const DAY_MS = 24 * 60 * 60_000;

async function inTempDir(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("syncFolder() works on a folder, and fails when there is none", async () => {
  await inTempDir(async (dir) => {
    await syncFolder(dir);
    await assertRejects(() => syncFolder(`${dir}/none`), Deno.errors.NotFound);
  });
});

Deno.test("DurableFolders.make() makes what is missing, and does not mind what is there", async () => {
  await inTempDir(async (dir) => {
    const root = `${dir}/a/b/root`;
    for (let run = 0; run < 2; run++) {
      const folders = new DurableFolders(root, new FakeClock());
      await Promise.all([folders.make(`${root}/c/d`), folders.make(`${root}/c/e`), folders.make(root)]);
      await folders.make(`${root}/c/d`);
    }
    assert(await exists(`${root}/c/d`) && await exists(`${root}/c/e`));
  });
});

Deno.test("DurableFolders.make() fails when a file is in the way", async () => {
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "x");
    await assertRejects(() => new DurableFolders(dir, new FakeClock()).make(`${dir}/file`), Deno.errors.AlreadyExists);
    await assertRejects(
      () => new DurableFolders(dir, new FakeClock()).make(`${dir}/file/x`),
      Deno.errors.AlreadyExists,
    );
  });
});

Deno.test("DurableFolders.prune() removes what is empty, up to the root", async () => {
  await inTempDir(async (dir) => {
    const folders = new DurableFolders(dir, new FakeClock());
    await folders.make(`${dir}/a/b/c`);
    await Deno.writeTextFile(`${dir}/a/keep`, "x");
    await folders.prune(`${dir}/a/b/c`);
    assert(!await exists(`${dir}/a/b`) && await exists(`${dir}/a/keep`));
    await Deno.remove(`${dir}/a/keep`);
    await folders.prune(`${dir}/a/gone/already`);
    assert(!await exists(`${dir}/a`) && await exists(dir));
    await folders.make(`${dir}/a/b/c`);
    assert(await exists(`${dir}/a/b/c`));
  });
});

Deno.test("DurableFolders.make() removes temporary files that are a day old, and only these", async () => {
  await inTempDir(async (dir) => {
    const clock = new FakeClock(Date.UTC(2026, 5, 1));
    const files = { "old.0.tmp": DAY_MS + 1000, "young.1.tmp": DAY_MS - 1000, "old": 2 * DAY_MS };
    for (const [name, ageMs] of Object.entries(files)) {
      await Deno.writeTextFile(`${dir}/${name}`, "x");
      const time = new Date(clock.now() - ageMs);
      await Deno.utime(`${dir}/${name}`, time, time);
    }
    await new DurableFolders(dir, clock).make(dir);
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort(), ["old", "young.1.tmp"]);
  });
});
