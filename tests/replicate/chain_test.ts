import { assert, assertEquals, assertRejects } from "@std/assert";
import { appendLink, countLinks, formatChainKey, readLink } from "../../replicate/chain.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { newGeneration } from "../../replicate/generation.ts";
import { GENERATION, ReplicaFolder } from "../support/replica_builder.ts";

const text = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);

Deno.test("formatChainKey() numbers the links in eight hexadecimal digits, outside generations/", () => {
  assertEquals(formatChainKey(0), "chain/00000000");
  assertEquals(formatChainKey(0x1_2abc), "chain/00012abc");
});

Deno.test("appendLink() gives each place to one generation, and says so again to the one that has it", async () => {
  await using replica = await ReplicaFolder.create();
  const mine = { generation: GENERATION, reason: "first generation" };
  assert(await appendLink(replica.store, 0, mine));
  assert(!(await appendLink(replica.store, 0, { generation: newGeneration(), reason: "first generation" })));
  assert(await appendLink(replica.store, 0, mine), "its reply was lost");
  assertEquals(await readLink(replica.store, 0), mine);
});

Deno.test("countLinks() counts up to the last link, and leaves out what is none", async () => {
  await using replica = await ReplicaFolder.create();
  assertEquals(await countLinks(replica.store), 0);
  for (const ordinal of [0, 1, 10]) {
    await appendLink(replica.store, ordinal, { generation: newGeneration(), reason: "" });
  }
  await replica.put("chain/probe", text("{}"));
  assertEquals(await countLinks(replica.store), 11);
});

Deno.test("readLink() names the link that is damaged, too large or missing", async () => {
  await using replica = await ReplicaFolder.create();
  const table = ["", "no JSON", "{}", `{"generation":"x","reason":"y"}`, `{"generation":"${GENERATION}"}`];
  for (const [ordinal, content] of table.entries()) {
    await replica.put(formatChainKey(ordinal), text(content));
    const error = await assertRejects(() => readLink(replica.store, ordinal), ReplicateError, formatChainKey(ordinal));
    assertEquals(error.code, "object-damaged", content);
  }
  await replica.put(formatChainKey(7), new Uint8Array(70_000));
  await assertRejects(() => readLink(replica.store, 7), ReplicateError, formatChainKey(7));
  const missing = await assertRejects(() => readLink(replica.store, 8), ReplicateError);
  assertEquals(missing.code, "object-missing");
});
