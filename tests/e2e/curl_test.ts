/** What people type, against the whole service: one line comes back, and with it the same bytes. */

import { assertEquals, assertMatch } from "@std/assert";
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
