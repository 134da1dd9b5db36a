import { assert, assertEquals, assertRejects } from "@std/assert";
import { release } from "../../../replicate/release.ts";
import { SlicedBody } from "../../../replicate/s3/sliced_body.ts";
import { seededRandom } from "../../support/random.ts";

interface Received {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Sends a body to a server of its own; tells what that has seen. */
async function send(body: BodyInit): Promise<Received> {
  const received: Received[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, async (request) => {
    received.push({ headers: new Headers(request.headers), bytes: await request.bytes() });
    return new Response();
  });
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, { method: "PUT", body });
  await response.body?.cancel();
  const [first] = received;
  if (first === undefined) throw new Error("The server has seen no request");
  return first;
}

Deno.test("SlicedBody arrives byte for byte, with its length in front and not chunked", async () => {
  const random = seededRandom(1);
  for (const size of [1, 65_535, 65_536, 65_537, 1_000_000]) {
    const bytes = random.bytes(size);
    const received = await send(new SlicedBody(bytes));
    assertEquals(received.headers.get("content-length"), String(size));
    assertEquals(received.headers.get("transfer-encoding"), null);
    assertEquals(received.headers.get("content-type"), null);
    assert(received.bytes.every((byte, i) => byte === bytes[i]) && received.bytes.byteLength === size);
  }
});

Deno.test("SlicedBody can be sent again", async () => {
  const bytes = seededRandom(2).bytes(200_000);
  const body = new SlicedBody(bytes);
  assertEquals((await send(body)).bytes, bytes);
  assertEquals((await send(body)).bytes, bytes);
});

Deno.test("SlicedBody sends a part of a buffer, and no more of it", async () => {
  const whole = seededRandom(3).bytes(300_000);
  assertEquals((await send(new SlicedBody(whole.subarray(1, 200_000)))).bytes, whole.slice(1, 200_000));
});

Deno.test("SlicedBody holds no copy of the bytes", async () => {
  const bytes = new Uint8Array(100_000);
  const slices = await Array.fromAsync(new SlicedBody(bytes).stream());
  assertEquals(slices.map((slice) => slice.buffer === bytes.buffer), [true, true]);
});

Deno.test("SlicedBody fails, rather than to end early, when its bytes were released", async () => {
  const bytes = new Uint8Array(100_000);
  const reader = new SlicedBody(bytes).stream().getReader();
  await reader.read();
  release(bytes);
  await assertRejects(() => reader.read(), TypeError, "Cannot send bytes that were released");
});
