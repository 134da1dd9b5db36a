/**
 * What LogPaste's own clients rely on, checked with curl against the whole service. G, P and M are the numbers of its
 * checklist: reading, raw uploads, forms. M1, P3 and M5 differ on purpose, and say so.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { ServiceProcess } from "../support/service_process.ts";
import { openSqlite } from "../support/sqlite.ts";
import { Workspace } from "../support/workspace.ts";

const LIMIT = 2 * 1024 * 1024;

interface CurlAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

async function curl(args: readonly string[], stdin: Uint8Array<ArrayBuffer> | null = null): Promise<CurlAnswer> {
  const child = new Deno.Command("curl", {
    args: ["-sS", "--max-time", "30", "-w", "%{http_code}", ...args],
    stdin: stdin === null ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // curl closes its end when it is refused early.
  if (stdin !== null) await new Blob([stdin]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  const bytes = stdout.subarray(0, stdout.byteLength - 3);
  const status = Number(new TextDecoder().decode(stdout.subarray(-3)));
  return { status, bytes, text: new TextDecoder().decode(bytes) };
}

async function withService(test: (url: string) => Promise<void>): Promise<void> {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  await test(service.url);
}

function letters(count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(count).map((_, i) => 97 + (i * i) % 26);
}

Deno.test("the LogPaste checklist for raw uploads and reading: G1, G2, P1, P2, P4, P5; and P3 with its own status", () =>
  withService(async (url) => {
    const put = (bytes: Uint8Array<ArrayBuffer>) => curl(["-X", "PUT", "--data-binary", "@-", `${url}/`], bytes);
    const p1 = await put(new TextEncoder().encode("hello, world!"));
    assertEquals(p1.status, 200, "P1");
    const { id } = JSON.parse(p1.text);
    const g1 = await curl([`${url}/${id}`]);
    assertEquals([g1.status, g1.text], [200, "hello, world!"], "G1");
    assertEquals((await curl([`${url}/aB3dE6gH`])).status, 404, "G2");
    const exact = letters(LIMIT);
    const p2 = await put(exact);
    assertEquals(p2.status, 200, "P2");
    assertEquals((await curl([`${url}/${JSON.parse(p2.text).id}`])).bytes, exact, "P2");
    assertEquals((await curl(["-X", "PUT", "-d", "", url])).status, 400, "P4");
    assertEquals((await curl(["-X", "PUT", "-d", "  ", url])).status, 400, "P5");
    assertEquals((await put(letters(LIMIT + 1))).status, 413, "P3 deviates: LogPaste answers 400");
  }));

Deno.test("the LogPaste checklist for forms: M2, M3, M4, M6; M1 and M5 with their own statuses", () =>
  withService(async (url) => {
    assertEquals((await curl(["-F", "_=  ", url])).status, 400, "M2");
    for (const field of ["_", "logpaste", "name", "expire", "burn"]) {
      const m3 = await curl(["-F", `${field}=some text`, url]);
      assertMatch(m3.text, new RegExp(`^${url}/[0-9A-Za-z]{12}\n$`), "M3");
      assertEquals([m3.status, (await curl([m3.text.trim()])).text], [200, "some text"], `M3, field ${field}`);
    }
    const exact = letters(LIMIT);
    for (const [way, name] of [["_=<-", "M4"], ["f=@-", "M6"]] as const) {
      const stored = await curl(["-F", way, url], exact);
      assertEquals([stored.status, (await curl([stored.text.trim()])).bytes], [200, exact], name);
    }
    const m5 = await curl(["-F", "_=<-", url], letters(LIMIT + 1));
    assertEquals(m5.status, 413, "M5 deviates: LogPaste answers 400");
    const m1 = await curl(["-d", "raw", url]);
    assertEquals([m1.status, (await curl([m1.text.trim()])).text], [200, "raw"], "M1 deviates: LogPaste answers 400");
  }));

Deno.test("a LogPaste database opens as it is, its pastes come out byte for byte, and new ones go in beside them", async () => {
  await using workspace = await Workspace.make();
  await Deno.mkdir(workspace.databasePath.replace(/[^/]*$/, ""), { recursive: true });
  const text = "old\0text\r\n\u00fc";
  {
    using database = openSqlite(workspace.databasePath);
    database.exec("CREATE TABLE entries (id TEXT PRIMARY KEY, creation_time TEXT, contents TEXT)");
    const hex = new TextEncoder().encode(text).toHex();
    database.exec(`INSERT INTO entries VALUES ('aB3dE6gH', '2021-01-01T00:00:00Z', CAST(x'${hex}' AS TEXT))`);
  }
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  assertEquals((await curl([`${service.url}/aB3dE6gH`])).text, text);
  assertEquals((await curl(["-X", "DELETE", "-H", "X-Delete-Token: x", `${service.url}/aB3dE6gH`])).status, 403);
  const { text: line } = await curl(["-F", "_=new", service.url]);
  assertEquals((await curl([line.trim()])).text, "new");
});
