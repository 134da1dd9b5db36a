import { assert, assertEquals } from "@std/assert";
import { NO_FAULTS } from "./s3_server_faults.ts";
import { S3Server } from "./s3_server.ts";
import { impatientClock, storeOn } from "./s3_server_store.ts";

Deno.test("S3Server refuses a request that is not signed", async () => {
  await using server = await S3Server.start();
  const reply = await fetch(`${server.endpoint}/${server.bucket}/key`, { method: "PUT", body: "x" });
  assertEquals([reply.status, server.objects.size], [403, 0]);
  assert((await reply.text()).includes("<Code>AccessDenied</Code>"));
});

Deno.test("S3Server makes the same faults again from the same seed", async () => {
  const run = async (seed: number): Promise<unknown[]> => {
    await using server = await S3Server.start({ seed });
    server.faults = { ...NO_FAULTS, dropBefore: 0.1, lostReply: 0.2, error503: 0.1, error500: 0.1 };
    const store = storeOn(server, { clock: impatientClock, maxTries: 50 });
    for (let index = 0; index < 30; index++) await store.create(`k${index}`, new Uint8Array(1));
    return server.requests.map(({ fault }) => fault);
  };
  const faults = await run(4);
  assertEquals(await run(4), faults);
  for (const fault of ["drop-before", "drop-after", "error-500", "error-500-after", "error-503"]) {
    assert(faults.includes(fault), fault);
  }
  assert(faults.filter((fault) => fault === null).length >= 20);
});

Deno.test("S3Server lets tests see and change its objects", async () => {
  await using server = await S3Server.start();
  await storeOn(server).create("k", new Uint8Array([1, 2, 3]));
  server.objects.mutate("db/k", (bytes) => bytes.map((byte) => byte + 1));
  const changed = await new Response(await storeOn(server).read("k")).arrayBuffer();
  assertEquals(new Uint8Array(changed), new Uint8Array([2, 3, 4]));
  assertEquals(server.objects.keys(), ["db/k"]);
});

Deno.test("S3Server holds replies back as long as it is told", async () => {
  await using server = await S3Server.start();
  server.faults = { ...NO_FAULTS, delayMs: 20 };
  const before = performance.now();
  await storeOn(server).create("k", new Uint8Array(1));
  assert(performance.now() - before >= 19);
});
