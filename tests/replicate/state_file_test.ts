import { assert, assertEquals } from "@std/assert";
import { parseGeneration } from "../../replicate/generation.ts";
import { metaPath, StateFile, statePath, type WriterState } from "../../replicate/state_file.ts";
import { withFolder } from "../support/replicator_fixture.ts";

function stateOf(index: number): WriterState {
  const generation = parseGeneration("00112233445566aa");
  if (generation === null) throw new Error("That is a generation");
  const salt = { salt1: 0xffff_ffff, salt2: 0 };
  return {
    generation,
    parent: null,
    index,
    salt,
    pageBytes: 4096,
    previousEnd: index === 0 ? null : 8272,
    isCopy: false,
  };
}

Deno.test("metaPath() is the folder that Litestream uses", () => {
  assertEquals(metaPath("data/store.db"), "data/.store.db-litestream");
  assertEquals(metaPath("/a/b.db"), "/a/.b.db-litestream");
  assertEquals(metaPath("b.db"), ".b.db-litestream");
});

Deno.test("StateFile is kept in another folder when one is named", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    await (await StateFile.open(path, `${folder}/meta`)).set("s3://one", stateOf(3));
    assertEquals((await StateFile.open(path, `${folder}/meta`)).get("s3://one"), stateOf(3));
    assertEquals((await StateFile.open(path)).get("s3://one"), null);
    assert((await Deno.stat(statePath(`${folder}/meta`))).isFile);
  });
});

Deno.test("StateFile remembers each replica's state over a restart", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const file = await StateFile.open(path);
    assertEquals(file.get("s3://one"), null);
    await file.set("s3://one", stateOf(0));
    await file.set("s3://two", stateOf(7));
    await file.set("s3://one", stateOf(1));
    for (const opened of [file, await StateFile.open(path)]) {
      assertEquals(opened.get("s3://one"), stateOf(1));
      assertEquals(opened.get("s3://two"), stateOf(7));
      assertEquals(opened.get("s3://three"), null);
    }
    assertEquals((await Array.fromAsync(Deno.readDir(metaPath(path)))).map(({ name }) => name), ["state.json"]);
  });
});

Deno.test("StateFile.set() keeps what many replicas write at a time", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const file = await StateFile.open(path);
    await Promise.all(Array.from({ length: 20 }, (_, i) => file.set(`s3://${i}`, stateOf(i))));
    const opened = await StateFile.open(path);
    for (let i = 0; i < 20; i++) assertEquals(opened.get(`s3://${i}`), stateOf(i));
  });
});

for (
  const [what, text] of [
    ["is empty", ""],
    ["was torn", `{"version":1,"replicas":{"s3://one":{"gener`],
    ["is of another version", `{"version":2,"replicas":{}}`],
    [
      "names no generation",
      JSON.stringify({ version: 1, replicas: { "s3://one": { ...stateOf(0), generation: "x" } } }),
    ],
    [
      "has a salt out of range",
      JSON.stringify({ version: 1, replicas: { "s3://one": { ...stateOf(0), salt: { salt1: -1, salt2: 0 } } } }),
    ],
    [
      "has a page of no size",
      JSON.stringify({ version: 1, replicas: { "s3://one": { ...stateOf(0), pageBytes: 1000 } } }),
    ],
    ["is no object", "[]"],
  ] as const
) {
  Deno.test(`StateFile.open() counts a file as absent that ${what}`, async () => {
    await withFolder(async (folder) => {
      const path = `${folder}/app.db`;
      await Deno.mkdir(metaPath(path));
      await Deno.writeTextFile(`${metaPath(path)}/state.json`, text);
      const file = await StateFile.open(path);
      assertEquals(file.get("s3://one"), null);
      await file.set("s3://one", stateOf(3));
      assertEquals((await StateFile.open(path)).get("s3://one"), stateOf(3));
    });
  });
}
