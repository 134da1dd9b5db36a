import { assert, assertEquals, assertRejects } from "@std/assert";
import { TemporaryFile } from "../../../replicate/file/temporary_file.ts";

const content = new TextEncoder().encode("content");

async function inTempDir(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function names(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
}

Deno.test("TemporaryFile.link() gives the file its name once", async () => {
  await inTempDir(async (dir) => {
    const outcomes: boolean[] = [];
    for (let run = 0; run < 2; run++) {
      await using file = await TemporaryFile.open(`${dir}/key`, () => 0.5);
      assertEquals((await names(dir)).at(-1), "key.80000000.tmp");
      await file.write(content);
      outcomes.push(await file.link());
    }
    assertEquals([outcomes, await names(dir)], [[true, false], ["key"]]);
    assertEquals(await Deno.readFile(`${dir}/key`), content);
  });
});

Deno.test("TemporaryFile.rename() replaces what was there", async () => {
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/key`, "a long text that was there before");
    {
      await using file = await TemporaryFile.open(`${dir}/key`, Math.random);
      await file.write(content);
      await file.rename();
    }
    assertEquals([await names(dir), await Deno.readFile(`${dir}/key`)], [["key"], content]);
  });
});

Deno.test("TemporaryFile leaves nothing when it is disposed of unfinished", async () => {
  await inTempDir(async (dir) => {
    {
      await using file = await TemporaryFile.open(`${dir}/key`, Math.random);
      await file.write(content);
    }
    assertEquals(await names(dir), []);
  });
});

Deno.test("TemporaryFile.open() takes another name when one is taken", async () => {
  await inTempDir(async (dir) => {
    const numbers = [0, 0, 0, 0.5].values();
    await using first = await TemporaryFile.open(`${dir}/key`, () => numbers.next().value ?? 0);
    await using second = await TemporaryFile.open(`${dir}/key`, () => numbers.next().value ?? 0);
    assertEquals(await names(dir), ["key.00000000.tmp", "key.80000000.tmp"]);
    assert(first !== second);
    await assertRejects(() => TemporaryFile.open(`${dir}/key`, () => 0), Deno.errors.AlreadyExists);
  });
});
