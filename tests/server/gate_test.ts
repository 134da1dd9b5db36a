import { assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { Gate, type GateOptions, MISSES_PER_MINUTE } from "../../server/gate.ts";
import { bytesOf, ManualClock, TestApp } from "./support.ts";

const HOME = "192.0.2.1";
const OTHER = "192.0.2.2";
const TOKEN = "0123456789abcdef";

function open(env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<TestApp> {
  return TestApp.open(args, { env });
}

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

function upload(test: TestApp, from: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return statusOf(test.request("/", { method: "PUT", body: "a", headers }, from));
}

function read(test: TestApp, from: string, path = "/000000000000", method = "GET"): Promise<number> {
  return statusOf(test.request(path, { method }, from));
}

Deno.test("an instance without limits lets a client upload as often as it likes", async () => {
  await using test = await open({});
  for (let i = 0; i < 300; i++) assertEquals(await upload(test, HOME), 200);
});

Deno.test("-perminutelimit N lets exactly N uploads of a client through at once, and one more after 60/N seconds", async () => {
  await using test = await open({}, ["-perminutelimit", "3"]);
  assertEquals([await upload(test, HOME), await upload(test, HOME), await upload(test, HOME)], [200, 200, 200]);
  const refused = await test.request("/app.log", { method: "PUT", body: "a" }, HOME);
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "20"]);
  assertEquals(refused.headers.get("access-control-allow-origin"), "*");
  assertEquals(await refused.text(), "Cannot store the paste as a client may send 3 per minute: try again in 20 s\n");
  assertEquals(await upload(test, OTHER), 200);
  test.clock.advance(20_000);
  assertEquals([await upload(test, HOME), await upload(test, HOME)], [200, 429]);
});

Deno.test("all ways to upload share the limit, and reading does not use it up", async () => {
  await using test = await open({ PER_MINUTE_LIMIT: "3" });
  const created = await test.request("/", { method: "POST", body: "kept" }, HOME);
  const path = new URL((await created.text()).trim()).pathname;
  assertEquals(await statusOf(test.request("/n", { method: "PUT", body: "a" }, HOME)), 200);
  assertEquals(await upload(test, HOME), 200);
  assertEquals(await statusOf(test.request("/", { method: "POST", body: "a" }, HOME)), 429);
  for (let i = 0; i < 50; i++) assertEquals(await read(test, HOME, path), 200);
});

Deno.test("the addresses of one IPv6 /64 are one client, and IPv4 in IPv6's clothes is the same client", async () => {
  await using test = await open({ PER_MINUTE_LIMIT: "1" });
  assertEquals([await upload(test, "2001:db8::1"), await upload(test, "2001:db8::ffff:2")], [200, 429]);
  assertEquals(await upload(test, "2001:db8:0:1::1"), 200);
  assertEquals([await upload(test, "::ffff:192.0.2.9"), await upload(test, "192.0.2.9")], [200, 429]);
});

Deno.test("a client cannot escape its limit by headers of its own", async () => {
  const forged = (i: number): Readonly<Record<string, string>> => ({
    "X-Forwarded-For": `203.0.113.${i}`,
    "Fly-Client-IP": `203.0.113.${i}`,
    "Forwarded": `for=203.0.113.${i}`,
    "X-Real-IP": `203.0.113.${i}`,
  });
  await using test = await open({ PER_MINUTE_LIMIT: "1" });
  assertEquals([await upload(test, HOME, forged(1)), await upload(test, HOME, forged(2))], [200, 429]);
});

Deno.test("behind a trusted proxy each client has its own limit, whatever it puts to the left", async () => {
  for (const env of [{ LP_BEHIND_PROXY: "y" }, { TRUST_PROXY: "1" }]) {
    await using test = await open({ ...env, PER_MINUTE_LIMIT: "1" });
    const proxied = (list: string): Promise<number> => upload(test, "10.0.0.1", { "X-Forwarded-For": list });
    assertEquals([await proxied(HOME), await proxied(`203.0.113.1, ${HOME}`), await proxied(OTHER)], [200, 429, 200]);
  }
});

Deno.test("TRUST_PROXY wins over LP_BEHIND_PROXY", async () => {
  await using test = await open({ LP_BEHIND_PROXY: "y", TRUST_PROXY: "Fly-Client-IP", PER_MINUTE_LIMIT: "1" });
  const from = (client: string): Promise<number> =>
    upload(test, "10.0.0.1", { "Fly-Client-IP": client, "X-Forwarded-For": "198.51.100.1" });
  assertEquals([await from(HOME), await from(HOME), await from(OTHER)], [200, 429, 200]);
  await using nobody = await open({ LP_BEHIND_PROXY: "y", TRUST_PROXY: "0", PER_MINUTE_LIMIT: "1" });
  assertEquals([await upload(nobody, HOME, { "X-Forwarded-For": "1.1.1.1" }), await upload(nobody, HOME)], [200, 429]);
});

Deno.test("who misses too often finds nothing for a while, not even what is there, and others do", async () => {
  await using test = await open({});
  const path = await test.paste("secret");
  for (let i = 0; i < MISSES_PER_MINUTE; i++) {
    assertEquals(await read(test, HOME, `/${String(i).padStart(12, "x")}`, i % 2 ? "HEAD" : "GET"), 404);
  }
  const refused = await test.request(path, {}, HOME);
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "1"]);
  assertStringIncludes(await refused.text(), "Cannot look for a paste as a client may miss 600 per minute: try again");
  assertEquals([await read(test, OTHER, path), await upload(test, HOME)], [200, 200]);
  test.clock.advance(60_000);
  assertEquals([await read(test, HOME, path), await read(test, HOME)], [200, 404]);
});

Deno.test("reading what is there is never limited", async () => {
  await using test = await open({});
  const path = await test.paste("a");
  for (let i = 0; i < MISSES_PER_MINUTE + 100; i++) assertEquals(await read(test, HOME, path), 200);
});

Deno.test("an upload token is needed to create, in every way, and not to read", async () => {
  await using test = await open({ UPLOAD_TOKENS: `other-token-0000001, ${TOKEN}` });
  for (const [method, path] of [["PUT", "/"], ["PUT", "/a.log"], ["POST", "/"]] as const) {
    const refused = await test.request(path, { method, body: "a" });
    assertEquals([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"], `${method} ${path}`);
    assertStringIncludes(await refused.text(), 'send the header "Authorization: Bearer <token>"');
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const created = await test.request(path, { method, body: "a", headers });
    assertEquals(created.status, 200, `${method} ${path}`);
    const { pathname } = new URL(created.headers.get("location") ?? "");
    await created.body?.cancel();
    assertEquals(await read(test, HOME, pathname), 200);
  }
});

Deno.test("an upload without a token does not use up a client's limit", async () => {
  await using test = await open({ UPLOAD_TOKENS: TOKEN, PER_MINUTE_LIMIT: "1" });
  for (let i = 0; i < 5; i++) assertEquals(await upload(test, HOME), 401);
  assertEquals(await upload(test, HOME, { Authorization: `Bearer ${TOKEN}` }), 200);
});

function gateOf(options: Partial<GateOptions>): Gate {
  const clock = new ManualClock();
  const defaults = { perMinuteLimit: null, trustProxy: { kind: "none" }, uploadTokens: [], warn: () => {} } as const;
  return new Gate({ ...defaults, now: () => clock.now(), ...options });
}

Deno.test("Gate.creating() gives back the handler itself when there is nothing to check", () => {
  const handler = (): Response => new Response(bytesOf("a"));
  assertEquals(gateOf({}).creating(handler), handler);
});

Deno.test("Gate warns once of a proxy that nobody has told it of", async () => {
  for (const [trustProxy, expected] of [[{ kind: "none" }, 1], [{ kind: "hops", count: 1 }, 0]] as const) {
    const warnings: string[] = [];
    const gate = gateOf({ trustProxy, perMinuteLimit: 9, warn: (message) => void warnings.push(message) });
    const app = new Hono().put("/", gate.creating(() => new Response()));
    await app.request("/", { method: "PUT" });
    assertEquals(warnings, []);
    for (let i = 0; i < 3; i++) await app.request("/", { method: "PUT", headers: { "X-Forwarded-For": "192.0.2.1" } });
    assertEquals(warnings.length, expected);
    if (expected > 0) assertStringIncludes(warnings.join(), "set TRUST_PROXY");
  }
});
