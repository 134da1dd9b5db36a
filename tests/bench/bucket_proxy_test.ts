import { assert, assertEquals } from "@std/assert";
import { BucketProxy } from "../../bench/bucket_proxy.ts";

Deno.test("BucketProxy passes requests and answers on unchanged, and counts them", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    return new Response(await request.arrayBuffer(), { status: 201 });
  });
  await using proxy = BucketProxy.start(`http://127.0.0.1:${server.addr.port}`, 0);
  const bodies = [new Uint8Array(300_000).fill(7), new TextEncoder().encode("GET /not-a-request HTTP/1.1\r\n\r\n")];
  for (const [index, body] of bodies.entries()) {
    const response = await fetch(`${proxy.endpoint}/bucket/key-${index}?x=y`, { method: "PUT", body });
    assertEquals(response.status, 201);
    assertEquals(await response.bytes(), body);
  }
  await (await fetch(`${proxy.endpoint}/bucket`)).body?.cancel();
  assertEquals(proxy.requests.map(({ method, path, bodyBytes }) => [method, path, bodyBytes]), [
    ["PUT", "/bucket/key-0?x=y", 300_000],
    ["PUT", "/bucket/key-1?x=y", bodies[1]?.byteLength],
    ["GET", "/bucket", 0],
  ]);
});

Deno.test("BucketProxy holds an answer back for as long as it was told", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response("here"));
  await using proxy = BucketProxy.start(`http://127.0.0.1:${server.addr.port}`, 40);
  const begunAt = performance.now();
  assertEquals(await (await fetch(proxy.endpoint)).text(), "here");
  const answeredAt = performance.now();
  assert(answeredAt - begunAt >= 40);
  const [seen] = proxy.requests;
  // The server had answered when the answer had half of the way still before it.
  assert(seen !== undefined && seen.answeredAtMs >= begunAt + 20 && seen.answeredAtMs <= answeredAt - 20);
});

Deno.test("BucketProxy ends a client's connection when the server is not there", async () => {
  const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = closed.addr;
  closed.close();
  await using proxy = BucketProxy.start(`http://127.0.0.1:${port}`, 0);
  await using client = await connection(proxy.endpoint);
  assertEquals(await client.read(), null);
  assertEquals(proxy.requests, []);
});

async function connection(endpoint: string): Promise<AsyncDisposable & { read(): Promise<number | null> }> {
  const tcp = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(endpoint).port) });
  return { read: () => tcp.read(new Uint8Array(1)), [Symbol.asyncDispose]: () => Promise.resolve(tcp.close()) };
}
