/** What a client can ask for when it creates a paste, and how it may compress the body. */

import { assertEquals, assertMatch } from "@std/assert";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { join, NASTY_BYTES, TestApp } from "../support.ts";

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

Deno.test("every create takes its options, and tells when the paste ends and what deletes it", async () => {
  await using test = await TestApp.open();
  const json = { Accept: "application/json", "Content-Type": "text/plain" };
  const requests: readonly (readonly [string, RequestInit])[] = [
    ["/?expire=1h&burn=1&name=a.log", { method: "PUT", body: "a", headers: json }],
    ["/a.log", { method: "PUT", body: "a", headers: { ...json, "Expires-In": "1h", "X-Burn": "1" } }],
    ["/x.log?name=a.log&expire=60m&burn=y", { method: "PUT", body: "a", headers: json }],
    ["/?name=a.log&expire=1h&burn=1", { method: "POST", body: "a", headers: json }],
    ["/", {
      method: "POST",
      body: formOf(["expire", "1h"], ["burn", "1"], ["f", "a", "a.log"]),
      headers: { Accept: "application/json" },
    }],
    ["/", {
      method: "POST",
      body: formOf(["_", "a"], ["expire", "1h"], ["burn", "1"], ["name", "a.log"]),
      headers: { Accept: "application/json" },
    }],
  ];
  for (const [path, init] of requests) {
    const response = await test.request(path, init);
    const { id, deleteToken, expires, burn } = await response.json();
    assertEquals([expires, burn], ["2026-01-02T01:00:00Z", true], path);
    assertEquals(response.headers.get("x-expires"), expires);
    assertEquals(response.headers.get("access-control-expose-headers"), "Location, X-Delete-Token, X-Expires");
    assertEquals(response.headers.get("x-delete-token"), deleteToken);
    const head = await test.request(`/${id}`, { method: "HEAD" });
    assertEquals(head.headers.get("content-disposition"), "inline; filename*=UTF-8''a.log", path);
  }
});

Deno.test("creating answers 400 naming the option when it cannot be read, and stores nothing", async () => {
  await using test = await TestApp.open([], { env: { MAX_EXPIRY: "1d" } });
  for (const [query, option] of [["expire=soon", "expire"], ["expire=2d", "expire"], ["burn=perhaps", "burn"]]) {
    const response = await test.request(`/?${query}`, { method: "PUT", body: "a" });
    assertEquals(response.status, 400);
    assertMatch(await response.text(), new RegExp(`^Cannot store the paste as "${option}" must be .*\n$`));
  }
  assertEquals(test.commits, 0);
  const kept = await (await test.request("/", { method: "PUT", body: "a" })).json();
  assertEquals(kept.expires, "2026-01-03T00:00:00Z");
});

Deno.test("creating inflates a compressed body, a form's too, and stores what it was", async () => {
  await using test = await TestApp.open();
  const headers = { "Content-Encoding": "gzip", "Content-Type": "text/plain" };
  for (const method of ["PUT", "POST"]) {
    const created = await test.request("/", { method, body: Uint8Array.from(gzipSync(NASTY_BYTES)), headers });
    assertEquals(await readBack(test, created), NASTY_BYTES);
  }
  const form = join('--X\r\nContent-Disposition: form-data; name="_"\r\n\r\n', NASTY_BYTES, "\r\n--X--\r\n");
  const type = { "Content-Encoding": "x-gzip", "Content-Type": "multipart/form-data; boundary=X" };
  const created = await test.request("/", { method: "POST", body: Uint8Array.from(gzipSync(form)), headers: type });
  assertEquals(await readBack(test, created), NASTY_BYTES);
});

Deno.test("creating answers 413 to four kinds of bombs, 400 to what is not what it says", async () => {
  await using test = await TestApp.open();
  const zeros = new Uint8Array(16 * 1024 * 1024);
  const bombs: readonly (readonly [string, Uint8Array])[] = [
    ["gzip", gzipSync(zeros.subarray(0, 500_000))],
    ["deflate", deflateSync(zeros.subarray(0, 500_000))],
    ["br", brotliCompressSync(zeros)],
    ["zstd", zstdCompressSync(zeros.subarray(0, 4_000_000))],
  ];
  const status = async (coding: string, body: Uint8Array): Promise<number> => {
    const headers = { "Content-Encoding": coding };
    const response = await test.request("/", { method: "PUT", body: Uint8Array.from(body), headers });
    await response.body?.cancel();
    return response.status;
  };
  for (const [coding, bomb] of bombs) {
    assertEquals([coding, bomb.byteLength < 2_000, await status(coding, bomb)], [coding, true, 413]);
    assertEquals(await status(coding, bomb.subarray(0, bomb.byteLength - 1).subarray(0, 9)), 400, coding);
  }
  assertEquals(test.count(), 0);
});
