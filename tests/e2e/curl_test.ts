/** What people type, against the whole service: one line comes back, and with it the same bytes. */

import { assertEquals, assertMatch } from "@std/assert";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { makePaste } from "../support/paste_client.ts";
import { seededRandom } from "../support/random.ts";
import { ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

async function curl(args: readonly string[], stdin: Uint8Array<ArrayBuffer> | null = null): Promise<Uint8Array> {
  const child = new Deno.Command("curl", {
    args: ["-sS", "--fail-with-body", "--max-time", "20", ...args],
    stdin: stdin === null ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== null) await new Blob([stdin]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return stdout;
}

async function curlText(args: readonly string[], stdin?: Uint8Array<ArrayBuffer>): Promise<string> {
  return new TextDecoder().decode(await curl(args, stdin));
}

Deno.test("every way to use curl prints one URL, and the bytes come back exactly, also after a restart", async () => {
  await using workspace = await Workspace.make();
  const bytes = makePaste(seededRandom(1));
  const file = `${workspace.folder}/app.log`;
  await Deno.writeFile(file, bytes);
  const paths: string[] = [];
  {
    await using service = await ServiceProcess.start(workspace.env);
    await service.untilReadiness("it is ready", ({ ready }) => ready);
    const root = `${service.url}/`;
    const ways: readonly (readonly string[])[] = [
      ["-F", "_=<-", service.url],
      ["-F", `_=@${file}`, service.url],
      ["-T", file, root],
      ["-T", "-", `${root}from-pipe`],
      ["--data-binary", "@-", service.url],
      ["--data-binary", `@${file}`, root],
      ["-X", "PUT", "--data-binary", "@-", "-H", "Accept: text/plain", root],
      ["-F", `f=@${file}`, "-F", "expire=1h", service.url],
      ["--data-binary", "@-", "-H", "Content-Type: application/json", `${root}?expire=7d`],
      ["-T", file, "-H", "Expires-In: 1d", root],
    ];
    for (const way of ways) {
      const line = await curlText(way, bytes);
      assertMatch(line, new RegExp(`^${service.url}/[0-9A-Za-z]{12}\n$`), way.join(" "));
      assertEquals(await curl([line.trim()]), bytes, way.join(" "));
      paths.push(new URL(line.trim()).pathname);
    }
    await service.end("SIGTERM");
  }
  await workspace.loseDisk();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  for (const path of paths) assertEquals(await curl([service.url + path]), bytes);
});

Deno.test("what gzip and zstd have compressed is stored as it was before, and sent as it is stored", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const log = seededRandom(3).text(300_000);
  for (const [coding, body] of [["gzip", gzipSync(log)], ["zstd", zstdCompressSync(log)]] as const) {
    const line = await curlText(
      ["--data-binary", "@-", "-H", `Content-Encoding: ${coding}`, service.url],
      Uint8Array.from(body),
    );
    assertEquals(await curl([line.trim()]), log, coding);
    assertEquals(await curl(["--compressed", line.trim()]), log, coding);
    const headers = await curlText(["-D", "-", "-o", "/dev/null", "-H", "Accept-Encoding: zstd", line.trim()]);
    assertMatch(headers, /^content-encoding: zstd\r$/im);
    assertEquals(await curl(["-r", "100-199", line.trim()]), log.slice(100, 200));
    const [start, rest] = [log.slice(0, 1000), log.slice(1000)];
    const file = `${workspace.folder}/resumed`;
    await Deno.writeFile(file, start);
    await curl(["-C", "-", "-o", file, line.trim()]);
    assertEquals((await Deno.readFile(file)).slice(1000), rest, "curl -C - goes on where it stopped");
  }
});

Deno.test("wget --post-file and curl --json send what they are given", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const file = `${workspace.folder}/app.log`;
  const bytes = makePaste(seededRandom(4));
  await Deno.writeFile(file, bytes);
  const { stdout } = await new Deno.Command("wget", { args: ["-q", "-O", "-", `--post-file=${file}`, service.url] })
    .output();
  assertEquals(await curl([new TextDecoder().decode(stdout).trim()]), bytes);
  const { url, expires, burn } = JSON.parse(await curlText(["--json", '{"a": 1}', `${service.url}/?expire=1h`]));
  assertEquals([await curlText([url]), burn], ['{"a": 1}', false]);
  assertMatch(expires, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

Deno.test("curl takes a paste back with its token, and one of 64 curls reads what can be read once", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const created = JSON.parse(await curlText(["-X", "PUT", "-d", "mine", service.url]));
  const status = (args: readonly string[]) => rawCurl(["-o", "/dev/null", "-w", "%{http_code}", ...args]);
  assertEquals(await status(["-X", "DELETE", "-H", "X-Delete-Token: wrong", created.url]), "403");
  assertEquals(
    await status(["-X", "DELETE", "-H", `Authorization: Bearer ${created.deleteToken}`, created.url]),
    "204",
  );
  assertEquals(await status([created.url]), "404");
  const bytes = makePaste(seededRandom(5));
  const url = (await curlText(["--data-binary", "@-", `${service.url}/?burn=1`], bytes)).trim();
  assertEquals(await status(["-I", url]), "200");
  const answers = await Promise.all(Array.from({ length: 64 }, async () => {
    const response = await fetch(url);
    return response.ok ? await response.bytes() : await response.text();
  }));
  assertEquals(answers.filter((answer) => typeof answer !== "string"), [bytes]);
  assertEquals(await status([url]), "404");
});

async function rawCurl(args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("curl", { args: ["-sS", "--max-time", "20", ...args] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("curl -X PUT -d and curl -T - print JSON with the id and the URL", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const bytes = makePaste(seededRandom(2));
  const typed = JSON.parse(await curlText(["-X", "PUT", "-d", "hello, world!", service.url]));
  assertEquals(typed, {
    id: typed.id,
    url: `${service.url}/${typed.id}`,
    deleteToken: typed.deleteToken,
    expires: null,
    burn: false,
  });
  assertEquals(await curlText([typed.url]), "hello, world!");
  const piped = JSON.parse(await curlText(["-T", "-", `${service.url}/`], bytes));
  assertEquals(await curl([piped.url]), bytes);
});
