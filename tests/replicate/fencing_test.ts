import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { Fencing } from "../../replicate/fencing.ts";
import { ModelBucket } from "../support/model_bucket.ts";
import { S3Server } from "../support/s3_server.ts";
import { storeOn } from "../support/s3_server_store.ts";

const { signal } = new AbortController();

Deno.test("Fencing.isFenced() holds for a store that refuses the second create, at the first start and later", async () => {
  const store = new ModelBucket({ isConditional: true }).asStore();
  for (const mode of ["auto", "required"] as const) {
    const events: ReplicateEvent[] = [];
    const fencing = new Fencing(mode, { emit: (event) => events.push(event), random: Math.random });
    assert(await fencing.isFenced(store, signal));
    assertEquals(events, []);
  }
});

Deno.test("Fencing.isFenced() warns once of a store that overwrites", async () => {
  const store = new ModelBucket({ isConditional: false }).asStore();
  const events: ReplicateEvent[] = [];
  const fencing = new Fencing("auto", { emit: (event) => events.push(event), random: Math.random });
  assertEquals([await fencing.isFenced(store, signal), await fencing.isFenced(store, signal)], [false, false]);
  assertEquals(events, [{ type: "fencing-unsupported", replica: store.url }]);
});

Deno.test("Fencing.isFenced() rejects where it has to be and cannot, and says what to do", async () => {
  const store = new ModelBucket({ isConditional: false }).asStore();
  const fencing = new Fencing("required", { emit: () => undefined, random: Math.random });
  const error = await assertRejects(() => fencing.isFenced(store, signal), ReplicateError, "FENCING=auto");
  assertEquals([error.code, error.retryable], ["store-refused", false]);
});

Deno.test("Fencing.isFenced() asks nothing when fencing is off", async () => {
  const store = new ModelBucket({ isConditional: true }).asStore();
  assert(!(await new Fencing("off", { emit: () => undefined, random: Math.random }).isFenced(store, signal)));
  assertEquals(await Array.fromAsync(store.list("")), []);
});

Deno.test("Fencing.isFenced() has a store that refuses conditions overwrite from then on, so that it can be written to", async () => {
  await using server = await S3Server.start();
  server.behaviour.conditionalPut = "not-implemented";
  const store = storeOn(server);
  const bytes = new Uint8Array([1]);
  await assertRejects(() => store.create("key", bytes), ReplicateError);
  assert(!await new Fencing("auto", { emit: () => undefined, random: Math.random }).isFenced(store, signal));
  assertEquals([await store.create("key", bytes), await store.create("key", bytes)], ["created", "created"]);
});
