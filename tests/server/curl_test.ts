/** What people type: real curl against a real socket. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bytesOf, NASTY_BYTES, TempFolder, TestServer } from "./support.ts";

const URL_LINE = /^http:\/\/127\.0\.0\.1:\d+\/[0-9A-Za-z]{12}\n$/;

async function curlBytes(args: readonly string[], stdin?: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const command = new Deno.Command("curl", {
    args: ["-sS", "--max-time", "20", ...args],
    stdin: stdin ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  if (stdin) {
    const writer = child.stdin.getWriter();
    // curl closes its end when it is refused early.
    await writer.write(stdin).then(() => writer.close()).catch(() => {});
  }
  const { stdout, stderr, code } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return stdout;
}

async function curl(args: readonly string[], stdin?: Uint8Array<ArrayBuffer>): Promise<string> {
  return new TextDecoder().decode(await curlBytes(args, stdin));
}

Deno.test("curl sends and gets back the same bytes, whichever way it is used", async () => {
  await using test = await TestServer.open();
  await using folder = new TempFolder();
  const file = folder.file("my log.bin");
  await Deno.writeFile(file, NASTY_BYTES);
  const root = `${test.url}/`;
  const ways: readonly (readonly string[])[] = [
    ["-F", "_=<-", test.url],
    ["-F", `_=<${file}`, root],
    ["-F", `f=@${file}`, root],
    ["-F", "f=@-", root],
    ["-F", "empty=", "-F", `f=@${file}`, root],
    ["-T", file, root],
    ["-T", file, `${root}renamed.log`],
    ["-T", "-", `${root}from-pipe`],
    ["--data-binary", "@-", root],
    ["--data-binary", `@${file}`, root],
    ["--data-binary", "@-", "-H", "Content-Type: application/octet-stream", root],
    ["-X", "PUT", "--data-binary", "@-", "-H", "Accept: text/plain", root],
    ["--http1.0", "--data-binary", "@-", root],
  ];
  for (const way of ways) {
    const line = await curl(way, NASTY_BYTES);
    assertMatch(line, URL_LINE, way.join(" "));
    assertEquals(await curlBytes([line.trim()]), NASTY_BYTES, way.join(" "));
  }
});

Deno.test("curl -X PUT -d and -T - to / print JSON", async () => {
  await using test = await TestServer.open();
  const { id, url } = JSON.parse(await curl(["-X", "PUT", "-d", "hello, world!", test.url]));
  assertEquals(url, `${test.url}/${id}`);
  assertEquals(await curl([url]), "hello, world!");
  assertEquals(Object.keys(JSON.parse(await curl(["-T", "-", `${test.url}/`], bytesOf("x")))), [
    "id",
    "url",
    "deleteToken",
    "expires",
    "burn",
  ]);
});

Deno.test("curl gets the file name back with -OJ", async () => {
  await using test = await TestServer.open();
  await using folder = new TempFolder();
  const file = folder.file("app.log");
  await Deno.writeTextFile(file, "a");
  const line = await curl(["-T", file, `${test.url}/`]);
  assertStringIncludes(await curl(["-sI", line.trim()]), "filename*=UTF-8''app.log");
});

Deno.test("curl gets a paste of exactly the limit stored, and one byte more refused with 413", async () => {
  await using test = await TestServer.open(undefined, { maxBytes: 3_000_000 });
  const root = `${test.url}/`;
  const exact = new Uint8Array(3_000_000).fill(0x61);
  const more = new Uint8Array(3_000_001).fill(0x61);
  for (const way of [["-F", "_=<-"], ["--data-binary", "@-"], ["-T", "-", "-H", "Accept: text/plain"]]) {
    assertMatch(await curl([...way, root], exact), URL_LINE, way.join(" "));
    const refused = await curl([...way, "-w", "%{http_code}", root], more);
    assertStringIncludes(refused, "larger than 3000000 bytes (2.86 MiB)", way.join(" "));
    assertEquals(refused.slice(-3), "413");
  }
});

Deno.test("curl gets 413 when the announced length is too large", async () => {
  await using test = await TestServer.open(undefined, { maxBytes: 10 });
  await using folder = new TempFolder();
  const file = folder.file("big");
  await Deno.writeFile(file, new Uint8Array(5_000_000));
  const sent = await curl(["-T", file, "-o", "/dev/null", "-w", "%{http_code}", `${test.url}/`]);
  assertEquals(sent, "413");
});

Deno.test("curl -I gets the length, curl -X OPTIONS the preflight, a wrong method 405", async () => {
  await using test = await TestServer.open();
  const line = await curl(["-d", "hello", test.url]);
  assertMatch(await curl(["-I", line.trim()]), /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 5\r\n/i);
  assertMatch(await curl(["-i", "-X", "OPTIONS", test.url]), /^HTTP\/1\.1 204 /);
  assertMatch(
    await curl(["-i", "-X", "DELETE", test.url]),
    /^HTTP\/1\.1 405 [^]*allow: GET, HEAD, PUT, POST, OPTIONS\r\n/i,
  );
});

Deno.test("curl gets one line of plain text when something is wrong, JSON when it asks", async () => {
  await using test = await TestServer.open();
  assertEquals(
    await curl(["-d", "  ", test.url]),
    "Cannot store the paste as it is empty: send at least one visible character\n",
  );
  const json = await curl(["-H", "Accept: application/json", `${test.url}/000000000000`]);
  assertEquals(JSON.parse(json).error.code, "not-found");
});

Deno.test("curl without a Host header, and with a bad one, gets an answer", async () => {
  await using test = await TestServer.open();
  assertStringIncludes(await curl(["-i", "-H", "Host: a b", "-d", "x", test.url]), "400 Bad Request");
  assertMatch(await curl(["--http1.0", "-H", "Host:", "-d", "x", test.url]), /^http:\/\/\S+\/[0-9A-Za-z]{12}\n$/);
});
