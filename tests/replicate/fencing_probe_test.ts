import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { type CreateSupport, PROBE_PREFIX, probeCreateIfAbsent } from "../../replicate/fencing_probe.ts";
import { FileStore } from "../../replicate/file_store.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { providerFor } from "../../replicate/s3/providers.ts";
import { seededRandom } from "../support/random.ts";
import { gatewayPlace, MISSING_GATEWAY_VARIABLES } from "../support/s3_environment.ts";
import { NO_FAULTS } from "../support/s3_server_faults.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

function probe(store: ObjectStore, seed = 1): Promise<CreateSupport> {
  return probeCreateIfAbsent(store, { random: seededRandom(seed).next });
}

Deno.test("probeCreateIfAbsent() finds conditional writes, outside of the replica, and leaves nothing behind", async () => {
  await using server = await S3Server.start();
  assertEquals(await probe(storeOn(server)), "supported");
  const created = server.requests.filter(({ operation }) => operation === "PutObject");
  assertEquals(created.map(({ status }) => status), [200, 412]);
  assert(created[0]?.key.startsWith(`db/${PROBE_PREFIX}`), created[0]?.key);
  assertEquals(new Set(created.map(({ key }) => key)).size, 1);
  assertEquals(server.objects.size, 0);
});

Deno.test("probeCreateIfAbsent() finds them in a folder", async () => {
  const folder = await Deno.makeTempDir();
  const store = new FileStore({ folder: `${folder}/replica`, clock: systemClock, random: Math.random });
  assertEquals(await probe(store), "supported");
  assertEquals(await Array.fromAsync(store.list("")), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "probeCreateIfAbsent() finds them on a real server",
  ignore: MISSING_GATEWAY_VARIABLES.length > 0,
  fn: async () => {
    await using place = gatewayPlace();
    assertEquals(await probeCreateIfAbsent(place.store, { random: Math.random }), "supported");
    assertEquals(await Array.fromAsync(place.store.list("")), []);
  },
});

Deno.test("probeCreateIfAbsent() finds Google's, and Tigris' through the leader", async () => {
  await using google = await S3Server.start({ google: true });
  assertEquals(await probe(storeOn(google, { provider: providerFor("storage.googleapis.com") })), "supported");
  await using tigris = await S3Server.start();
  tigris.behaviour.conditionalPut = "leader-only";
  assertEquals(await probe(storeOn(tigris, { provider: providerFor("t3.storage.dev") })), "supported");
});

Deno.test("probeCreateIfAbsent() finds none where the condition is ignored, answered 501, or never sent", async () => {
  await using server = await S3Server.start();
  for (const behaviour of ["ignored", "not-implemented"] as const) {
    server.behaviour.conditionalPut = behaviour;
    assertEquals(await probe(storeOn(server)), "unsupported");
  }
  assertEquals(await probe(storeOn(server, { creates: "overwriting" })), "unsupported");
  assertEquals(
    await probe(storeOn(server, { provider: providerFor("s3.us-west-004.backblazeb2.com") })),
    "unsupported",
  );
  assertEquals(server.objects.size, 0);
});

Deno.test("probeCreateIfAbsent() finds none where the condition is answered 400 in whatever words", async () => {
  await using server = await S3Server.start();
  const refusing: typeof fetch = (input, init) => {
    if (!new Headers(init?.headers).has("if-none-match")) return fetch(input, init);
    return Promise.resolve(new Response("<Error><Code>SomethingElse</Code></Error>", { status: 400 }));
  };
  assertEquals(await probe(storeOn(server, { fetch: refusing })), "unsupported");
});

Deno.test("probeCreateIfAbsent() takes a wrong key for no lack of the server", async () => {
  await using server = await S3Server.start();
  const credentials = () => Promise.resolve({ ...server.signer, secretAccessKey: "wrong" });
  const error = await assertRejects(() => probe(storeOn(server, { credentials })), ReplicateError);
  assertEquals(error.code, "store-refused");
  assert(error.message.includes("secret access key"), error.message);
});

Deno.test("probeCreateIfAbsent() asks with a new key when a reply was lost", async () => {
  await using server = await S3Server.start();
  const store = storeOn(server, { clock: impatientClock });
  for (const behaviour of ["atomic", "ignored"] as const) {
    server.behaviour.conditionalPut = behaviour;
    server.requests.length = 0;
    server.nextFaults.push("drop-after");
    assertEquals(await probe(store), behaviour === "atomic" ? "supported" : "unsupported");
  }
});

Deno.test("probeCreateIfAbsent() never misjudges a server that loses replies", async () => {
  for (const [behaviour, truth] of [["atomic", "supported"], ["ignored", "unsupported"]] as const) {
    await using server = await S3Server.start({ seed: 7 });
    server.behaviour.conditionalPut = behaviour;
    server.faults = { ...NO_FAULTS, lostReply: 0.4, dropBefore: 0.1, error503: 0.1 };
    const store = storeOn(server, { clock: impatientClock, maxTries: 3 });
    const answers = new Map<string, number>();
    for (let seed = 0; seed < 60; seed++) {
      const answer = await probe(store, seed).catch((error: ReplicateError) => error.code);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    assert((answers.get(truth) ?? 0) > 50, JSON.stringify([...answers]));
    answers.delete(truth);
    answers.delete("store-unavailable");
    assertEquals([...answers], []);
  }
});

Deno.test("probeCreateIfAbsent() gives up when the server is away, and when it is told to", async () => {
  await using server = await S3Server.start();
  const store = storeOn(server, { clock: impatientClock, maxTries: 1 });
  const reason = new Error("given up");
  const signal = AbortSignal.abort(reason);
  assertEquals(await assertRejects(() => probeCreateIfAbsent(store, { random: Math.random, signal })), reason);
  server.down = true;
  const error = await assertRejects(() => probe(store), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
});
