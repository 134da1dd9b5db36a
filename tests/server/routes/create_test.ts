import { assertEquals, assertMatch } from "@std/assert";
import { bytesOf, HEALTH_OFF, join, NASTY_BYTES, TestApp } from "../support.ts";

const URL_LINE = /^http:\/\/localhost\/[0-9A-Za-z]{12}\n$/;

async function readBack(test: TestApp, created: Response): Promise<Uint8Array> {
  const location = created.headers.get("location") ?? "";
  return await (await test.request(new URL(location).pathname)).bytes();
}

function formOf(...parts: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, string?])[]): FormData {
  const form = new FormData();
  for (const [name, content, fileName] of parts) {
    if (typeof content === "string" && fileName === undefined) form.append(name, content);
    else form.append(name, new File([content], fileName ?? "f"));
  }
  return form;
}

Deno.test("PUT / answers 200 with JSON as LogPaste's clients need it", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/", { method: "PUT", body: "hello, world!" });
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json"]);
  const text = await response.text();
  const { id, url, deleteToken } = JSON.parse(text);
  assertEquals(text, `{"id":"${id}","url":"${url}","deleteToken":"${deleteToken}","expires":null,"burn":false}\n`);
  assertEquals([response.headers.get("x-delete-token"), response.headers.get("x-expires")], [deleteToken, null]);
  assertEquals(url, `http://localhost/${id}`);
  assertEquals(response.headers.get("location"), url);
  assertEquals(await (await test.request(`/${id}`)).text(), "hello, world!");
});

Deno.test("PUT / answers with the URL line when plain text is asked for by name", async () => {
  await using test = await TestApp.open();
  const init = { method: "PUT", body: "a", headers: { Accept: "text/plain" } };
  const response = await test.request("/", init);
  assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assertMatch(await response.text(), URL_LINE);
});

Deno.test("PUT /<name> answers with the URL line and remembers the name", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/%C3%BC%20100%25.log", { method: "PUT", body: "a" });
  const line = await response.text();
  assertMatch(line, URL_LINE);
  const read = await test.request(new URL(line).pathname);
  assertEquals(read.headers.get("content-disposition"), "inline; filename*=UTF-8''%C3%BC%20100%25.log");
  await read.body?.cancel();
});

Deno.test("POST / takes any other body as it is, whatever its content type", async () => {
  await using test = await TestApp.open();
  for (
    const type of [
      "application/x-www-form-urlencoded",
      "text/plain",
      "application/json",
      "image/png",
      "multipart/mixed",
    ]
  ) {
    const created = await test.request("/", { method: "POST", body: NASTY_BYTES, headers: { "Content-Type": type } });
    assertEquals(await readBack(test, created), NASTY_BYTES, type);
    assertMatch(await created.text(), URL_LINE);
  }
});

Deno.test("PUT takes a form as raw bytes", async () => {
  await using test = await TestApp.open();
  const body = bytesOf("--X\r\n\r\na\r\n--X--");
  const headers = { "Content-Type": "multipart/form-data; boundary=X" };
  const created = await test.request("/", { method: "PUT", body, headers });
  assertEquals(await readBack(test, created), body);
});

Deno.test("every create answers with JSON when it is asked for", async () => {
  await using test = await TestApp.open();
  for (const [method, path] of [["PUT", "/"], ["PUT", "/a.log"], ["POST", "/"]]) {
    const init = { method: method ?? "", body: "a", headers: { Accept: "application/json" } };
    const response = await test.request(path ?? "", init);
    assertEquals(
      Object.keys(await response.json()),
      ["id", "url", "deleteToken", "expires", "burn"],
      `${method} ${path}`,
    );
  }
});

Deno.test("POST / takes a form's value under any field name", async () => {
  await using test = await TestApp.open();
  for (const name of ["_", "logpaste", "anything"]) {
    const created = await test.request("/", { method: "POST", body: formOf([name, "hello"]) });
    assertEquals(await readBack(test, created), bytesOf("hello"), name);
  }
});

Deno.test("POST / keeps every byte of a form's value", async () => {
  await using test = await TestApp.open();
  const body = join('--X\r\nContent-Disposition: form-data; name="_"\r\n\r\n', NASTY_BYTES, "\r\n--X--\r\n");
  const headers = { "Content-Type": "multipart/form-data; boundary=X" };
  const created = await test.request("/", { method: "POST", body, headers });
  assertEquals(await readBack(test, created), NASTY_BYTES);
});

Deno.test("POST / takes a form's file with its name, an empty value yielding to it", async () => {
  await using test = await TestApp.open();
  const body = formOf(["_", ""], ["f", NASTY_BYTES, "app.log"], ["g", "later"]);
  const created = await test.request("/", { method: "POST", body });
  assertEquals(await readBack(test, created), NASTY_BYTES);
  const read = await test.request(new URL(created.headers.get("location") ?? "").pathname);
  assertEquals(read.headers.get("content-disposition"), "inline; filename*=UTF-8''app.log");
  await read.body?.cancel();
});

Deno.test("POST / sends a browser without JavaScript on to its paste", async () => {
  await using test = await TestApp.open();
  const init = { method: "POST", body: formOf(["_", "a"]), headers: { Accept: "text/html,*/*" } };
  const response = await test.request("/", init);
  assertEquals([response.status, (await response.text()).trim()], [303, response.headers.get("location")]);
});

Deno.test("creating answers 400 when the body is empty or blank, and stores nothing", async () => {
  await using test = await TestApp.open();
  const bodies: readonly (readonly [string, BodyInit])[] = [
    ["PUT", ""],
    ["PUT", "  "],
    ["POST", " \r\n\t"],
    ["POST", formOf(["_", ""])],
    ["POST", formOf(["_", "  "])],
    ["POST", formOf(["_", ""], ["f", new Uint8Array()])],
  ];
  for (const [method, body] of bodies) {
    const response = await test.request("/", { method, body });
    assertEquals(response.status, 400);
    assertEquals(
      await response.text(),
      "Cannot store the paste as it is empty: send at least one visible character\n",
    );
  }
  assertEquals(test.commits, 0);
});

Deno.test("creating takes a paste exactly at the limit and answers 413 to one byte more", async () => {
  await using test = await TestApp.open();
  const exact = "x".repeat(1000);
  const bodies: readonly (readonly [string, (text: string) => BodyInit])[] = [
    ["PUT", (text) => text],
    ["POST", (text) => formOf(["_", text])],
    ["POST", (text) => formOf(["f", text, "a.log"])],
  ];
  for (const [method, bodyOf] of bodies) {
    const stored = await test.request("/", { method, body: bodyOf(exact) });
    assertEquals(stored.status, 200);
    assertEquals(await readBack(test, stored), bytesOf(exact));
    const refused = await test.request("/", { method, body: bodyOf(`${exact}x`) });
    assertEquals(refused.status, 413);
    assertEquals(
      await refused.text(),
      "Cannot store the paste as it is larger than 1000 bytes (1000 B): send a smaller one\n",
    );
  }
});

Deno.test("POST / answers 413 when a form is larger than a paste and its wrapping can be", async () => {
  await using test = await TestApp.open();
  const body = formOf(["_", "x"], ["padding", "y".repeat(70_000)]);
  const response = await test.request("/", { method: "POST", body });
  assertEquals(response.status, 413);
  await response.body?.cancel();
});

Deno.test("POST / answers 400 when a form is broken", async () => {
  await using test = await TestApp.open();
  const cases: readonly (readonly [string, string, string])[] = [
    ["multipart/form-data", "a", "its boundary is missing or broken"],
    ["multipart/form-data; boundary=X", "a", "the first boundary is missing"],
    ["multipart/form-data; boundary=X", "--X\r\n\r\na", "the last boundary is missing"],
  ];
  for (const [type, body, reason] of cases) {
    const response = await test.request("/", { method: "POST", body, headers: { "Content-Type": type } });
    assertEquals(response.status, 400);
    const wish = `Cannot read the form as ${reason}: send multipart/form-data with one field\n`;
    assertEquals(await response.text(), wish);
  }
});

Deno.test("creating answers 415 when nobody knows how the body is compressed, and says what would do", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/", { method: "PUT", body: "a", headers: { "Content-Encoding": "lz4" } });
  assertEquals([response.status, response.headers.get("accept-encoding")], [415, "zstd, gzip, br, deflate"]);
  await response.body?.cancel();
});

Deno.test("creating answers 400 when the Host header is no host, before anything is stored", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/", { method: "PUT", body: "a", headers: { Host: "a b" } });
  assertEquals([response.status, test.commits], [400, 0]);
  await response.body?.cancel();
});

Deno.test("creating answers 503 when another instance writes, while reading goes on", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("a");
  test.health = { ...HEALTH_OFF, role: "fenced" };
  const response = await test.request("/", { method: "PUT", body: "b" });
  assertEquals([response.status, response.headers.get("retry-after")], [503, "10"]);
  assertMatch(await response.text(), /another instance writes now/);
  assertEquals(await (await test.request(path)).text(), "a");
});

Deno.test("creating links to the proxy's https when there is one", async () => {
  await using test = await TestApp.open();
  const init = { method: "POST", body: "a", headers: { Host: "paste.example" } };
  assertMatch(await (await test.request("/", init)).text(), /^http:\/\/paste\.example\//);
});
