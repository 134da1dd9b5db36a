import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { Fencing } from "../../replicate/fencing.ts";
import { ModelBucket } from "../support/model_store.ts";

const { signal } = new AbortController();

Deno.test("Fencing.isFenced() holds for a store that refuses the second create, at the first start and later", async () => {
  const store = new ModelBucket({ isConditional: true }).asStore();
  for (const mode of ["auto", "required"] as const) {
    const events: ReplicateEvent[] = [];
    const fencing = new Fencing(mode, (event) => events.push(event));
    assert(await fencing.isFenced(store, signal));
    assertEquals(events, []);
  }
  assertEquals((await Array.fromAsync(store.list(""))).map(({ key }) => key), ["chain/probe"]);
});

Deno.test("Fencing.isFenced() warns once of a store that overwrites", async () => {
  const store = new ModelBucket({ isConditional: false }).asStore();
  const events: ReplicateEvent[] = [];
  const fencing = new Fencing("auto", (event) => events.push(event));
  assertEquals([await fencing.isFenced(store, signal), await fencing.isFenced(store, signal)], [false, false]);
  assertEquals(events, [{ type: "fencing-unsupported", replica: store.url }]);
});

Deno.test("Fencing.isFenced() rejects where it has to be and cannot, and says what to do", async () => {
  const store = new ModelBucket({ isConditional: false }).asStore();
  const fencing = new Fencing("required", () => undefined);
  const error = await assertRejects(() => fencing.isFenced(store, signal), ReplicateError, "FENCING=auto");
  assertEquals([error.code, error.retryable], ["store-refused", false]);
});

Deno.test("Fencing.isFenced() asks nothing when fencing is off", async () => {
  const store = new ModelBucket({ isConditional: true }).asStore();
  assert(!(await new Fencing("off", () => undefined).isFenced(store, signal)));
  assertEquals(await Array.fromAsync(store.list("")), []);
});
