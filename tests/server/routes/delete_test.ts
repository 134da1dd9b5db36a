import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { HEALTH_OFF, TestApp } from "../support.ts";

async function create(test: TestApp, query = ""): Promise<{ readonly path: string; readonly token: string }> {
  const response = await test.request(`/${query}`, { method: "PUT", body: "a" });
  const { id, deleteToken } = await response.json();
  return { path: `/${id}`, token: deleteToken };
}

async function status(test: TestApp, path: string, headers: HeadersInit = {}): Promise<number> {
  const response = await test.request(path, { method: "DELETE", headers });
  await response.body?.cancel();
  return response.status;
}

Deno.test("DELETE /<id> answers 204 to the paste's own token, in either header, and the paste is gone", async () => {
  await using test = await TestApp.open();
  for (const [name, prefix] of [["X-Delete-Token", ""], ["Authorization", "Bearer "]] as const) {
    const { path, token } = await create(test);
    assertEquals(await (await test.request(path)).text(), "a"); // it is in the cache now
    const response = await test.request(path, { method: "DELETE", headers: { [name]: prefix + token } });
    assertEquals([response.status, response.body], [204, null]);
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    assertEquals((await test.request(path)).status, 404);
    assertEquals(await status(test, path, { [name]: prefix + token }), 404);
  }
  assertEquals(test.count(), 0);
});

Deno.test("DELETE /<id> answers 403 without the token or with another's, and 404 where there is nothing", async () => {
  await using test = await TestApp.open();
  const [one, two] = [await create(test), await create(test)];
  assertEquals(await status(test, one.path), 403);
  assertEquals(await status(test, one.path, { "X-Delete-Token": two.token }), 403);
  assertEquals(await status(test, one.path, { "X-Delete-Token": `${one.token}x` }), 403);
  assertEquals(await status(test, "/000000000000", { "X-Delete-Token": one.token }), 404);
  assertEquals(await status(test, "/x", { "X-Delete-Token": one.token }), 404);
  assertEquals(test.count(), 2);
});

Deno.test("DELETE /<id> answers 404 to a paste that has expired, swept or not", async () => {
  await using test = await TestApp.open();
  const { path, token } = await create(test, "?expire=1m");
  test.clock.advance(60_000);
  assertEquals(await status(test, path, { "X-Delete-Token": token }), 404);
});

Deno.test("DELETE /<id> does not use up a paste that can be read once, and deletes it", async () => {
  await using test = await TestApp.open();
  const { path, token } = await create(test, "?burn=1");
  assertEquals(await status(test, path, { "X-Delete-Token": token }), 204);
  assertEquals((await test.request(path)).status, 404);
});

Deno.test("DELETE /<id> answers 503 while another instance writes", async () => {
  await using test = await TestApp.open();
  const { path, token } = await create(test);
  test.health = { ...HEALTH_OFF, role: "fenced" };
  const response = await test.request(path, { method: "DELETE", headers: { "X-Delete-Token": token } });
  assertEquals(response.status, 503);
  assertStringIncludes(await response.text(), "Cannot delete the paste as another instance writes");
  assertEquals(await (await test.request(path)).text(), "a");
});

Deno.test("the delete token is stored as its hash only", async () => {
  await using test = await TestApp.open();
  const { token } = await create(test);
  assertFalse(test.rows().some((row) => row.some((value) => String(value).includes(token))));
});
