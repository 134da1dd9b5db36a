import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { objectBody, type ObjectBodyOptions } from "../../../replicate/s3/object_body.ts";
import { FakeClock } from "../../support/fake_clock.ts";

class Broken extends Error {}

function options(differs: Partial<ObjectBodyOptions> = {}): ObjectBodyOptions {
  return {
    skipBytes: 0,
    idleTimeoutMs: 1000,
    clock: new FakeClock(),
    signal: undefined,
    fail: (cause) => new Broken("broken", { cause }),
    ...differs,
  };
}

function response(chunks: readonly string[], headers: Record<string, string> = {}): Response {
  return new Response(ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk))), { headers });
}

async function textOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  return await new Response(stream).text();
}

Deno.test("objectBody() passes the bytes on and leaves no sleeper behind", async () => {
  const clock = new FakeClock();
  assertEquals(
    await textOf(objectBody(response(["ab", "", "cd"], { "content-length": "4" }), options({ clock }))),
    "abcd",
  );
  assertEquals(clock.pending, 0);
});

Deno.test("objectBody() leaves out what the server sent too much", async () => {
  for (const [skipBytes, expected] of [[1, "bcd"], [2, "cd"], [3, "d"], [4, ""], [9, ""]] as const) {
    assertEquals(await textOf(objectBody(response(["ab", "cd"]), options({ skipBytes }))), expected);
  }
});

Deno.test("objectBody() fails when the connection ends too early", async () => {
  const stream = objectBody(response(["ab"], { "content-length": "4" }), options());
  const error = await assertRejects(() => textOf(stream), Broken);
  assertEquals((error.cause as Error).message, "The connection ended after 2 of 4 bytes");
});

Deno.test("objectBody() does not judge the length of an encoded body", async () => {
  const headers = { "content-length": "4", "content-encoding": "gzip" };
  assertEquals(await textOf(objectBody(response(["ab"], headers), options())), "ab");
});

Deno.test("objectBody() fails when nothing comes for too long, and cancels the connection", async () => {
  const clock = new FakeClock();
  const { promise: cancelled, resolve } = Promise.withResolvers<unknown>();
  const silent = new Response(new ReadableStream<Uint8Array<ArrayBuffer>>({ cancel: resolve }));
  const reading = textOf(objectBody(silent, options({ clock })));
  const rejected = assertRejects(() => reading, Broken);
  await clock.whenPending(1);
  await clock.advance(999);
  await clock.advance(1);
  await rejected;
  assertEquals((await cancelled as DOMException).name, "TimeoutError");
});

Deno.test("objectBody() does not count the time in which nobody reads", async () => {
  const clock = new FakeClock();
  const reader = objectBody(response(["ab", "cd"]), options({ clock })).getReader();
  assertEquals((await reader.read()).value?.length, 2);
  await clock.advance(1_000_000);
  assertEquals((await reader.read()).value?.length, 2);
  assert((await reader.read()).done);
});

Deno.test("objectBody() passes the reason of the caller's signal on as it is", async () => {
  const controller = new AbortController();
  const reason = new Error("given up");
  const failing = new Response(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: () => {
        controller.abort(reason);
        throw reason;
      },
    }, { highWaterMark: 0 }),
  );
  const stream = objectBody(failing, options({ signal: controller.signal }));
  assertStrictEquals(await assertRejects(() => stream.getReader().read()), reason);
});
