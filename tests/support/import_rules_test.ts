/** Shows that the rules about imports can fail: on a sample that breaks each of them. */

import { assertEquals } from "@std/assert";
import { findCycles, findImports, resolve } from "./import_graph.ts";
import { checkLayers } from "./layer_rules.ts";
import type { SourceFile } from "./source_tree.ts";

function file(path: string, text: string): SourceFile {
  return { path, text };
}

Deno.test("findImports() finds every way to import, and none in comments and strings", () => {
  const text = [
    'import { a } from "./a.ts";',
    "import type {",
    "  B,",
    '} from "../b.ts";',
    'import "./c.ts";',
    'export * from "./d.ts";',
    'export type { E } from "zod";',
    'const f = await import("./f.ts");',
    'new Worker(new URL("./g.ts", import.meta.url));',
    'type H = import("./h.ts").H;',
    '// import "./no.ts";',
    "const no = `import './no.ts'`;",
    '/* import { no } from "./no.ts"; */',
    "const quote = /[/\"']/; import.meta.resolve('./i.ts');",
  ].join("\n");
  const found = findImports([file("server/x.ts", text)]);
  assertEquals(found.map(({ line, kind, specifier, file }) => [line, kind, specifier, file]), [
    [1, "static", "./a.ts", "server/a.ts"],
    [4, "static", "../b.ts", "b.ts"],
    [5, "static", "./c.ts", "server/c.ts"],
    [6, "static", "./d.ts", "server/d.ts"],
    [7, "static", "zod", undefined],
    [8, "dynamic", "./f.ts", "server/f.ts"],
    [9, "url", "./g.ts", "server/g.ts"],
    [10, "dynamic", "./h.ts", "server/h.ts"],
    [14, "dynamic", "./i.ts", "server/i.ts"],
  ]);
});

Deno.test("resolve() keeps leading dots when a path leaves the project", () => {
  assertEquals(resolve("a/b.ts", "./c/../d.ts"), "a/d.ts");
  assertEquals(resolve("a/b.ts", "../../c.ts"), "../c.ts");
  assertEquals(resolve("a.ts", "../../c.ts"), "../../c.ts");
  assertEquals(resolve("a/b.ts", "@std/assert"), undefined);
});

Deno.test("findCycles() reports a circle, of type-only imports too, but not a worker's URL", () => {
  const a = file("a.ts", 'import type { B } from "./b.ts";');
  const b = file("b.ts", 'x;\nimport "./c.ts";');
  const c = file("c.ts", 'import("./a.ts");');
  const worker = file("c.ts", 'new URL("./a.ts", import.meta.url);');
  assertEquals(findCycles(findImports([a, b, c])), [
    { path: "c.ts", line: 1, message: "closes a circle of imports: a.ts → b.ts → c.ts → a.ts" },
  ]);
  assertEquals(findCycles(findImports([a, b, worker])), []);
  assertEquals(findCycles(findImports([file("a.ts", 'import "./a.ts";')])).length, 1);
});

const FORBIDDEN: readonly (readonly [path: string, statement: string])[] = [
  ["main.ts", 'import "./server/app.ts";'],
  ["main.ts", 'import "hono";'],
  ["server/app.ts", 'import type { X } from "../replicate/mod.ts";'],
  ["server/app.ts", 'const x = import("../replicate/mod.ts");'],
  ["server/app.ts", 'import "../tests/support/x.ts";'],
  ["server/app.ts", 'import "libsql";'],
  ["server/app.ts", 'import "@std/assert";'],
  ["server/app.ts", 'import "left-pad";'],
  ["server/app.ts", 'import "npm:hono@4";'],
  ["server/app.ts", 'import { DatabaseSync } from "node:sqlite";'],
  ["server/app.ts", 'import { setImmediate } from "node:timers";'],
  ["server/app.ts", 'new URL("../replicate/worker.ts", import.meta.url);'],
  ["server/paste.ts", 'import type { Clock } from "./clock.ts";'],
  ["replicate/sync.ts", 'import "../server/mod.ts";'],
  ["replicate/sync.ts", 'import "hono/html";'],
  ["replicate/sync.ts", 'import "aws4fetch";'],
  ["replicate/sync.ts", 'import "lz4-napi";'],
  ["replicate/sync.ts", 'import "../main.ts";'],
  ["replicate/wal/scan.ts", 'import "../errors.ts";'],
  ["replicate/wal/scan.ts", 'import "node:buffer";'],
  ["replicate/lz4/block.ts", 'import "../errors.ts";'],
  ["replicate/lz4/block.ts", 'import "zod";'],
  ["replicate/s3/client.ts", 'import "../replica.ts";'],
  ["replicate/s3/client.ts", 'import "aws4fetch";'],
  ["replicate/replication.ts", 'import "./replicator.ts";'],
  ["replicate/replication.ts", 'import "./worker.ts";'],
  ["replicate/restore_plan.ts", 'import "./restore.ts";'],
  ["static/index.js", 'import "../server/app.ts";'],
];

const ALLOWED: readonly (readonly [path: string, statement: string])[] = [
  ["main.ts", 'import { createApp } from "./server/mod.ts";'],
  ["server/routes/paste.ts", 'import "../paste_store.ts";\nimport "hono/html";\nimport "zod";\nimport "nanoid";'],
  ["server/log.ts", 'import "@logtape/logtape";'],
  ["server/routes/assets.ts", 'new URL("../../static/", import.meta.url);'],
  ["server/database.ts", 'import "libsql";'],
  ["server/clock.ts", 'import "node:timers";'],
  ["replicate/connection.ts", 'import "libsql";'],
  ["replicate/s3/signer.ts", 'import "aws4fetch";\nimport "../errors.ts";\nimport "./object_url.ts";'],
  ["replicate/s3/list_objects.ts", 'import "fast-xml-parser";'],
  ["replicate/lz4/block.ts", 'import "lz4-napi";'],
  ["replicate/wal/scan.ts", 'import "./frame.ts";'],
  ["replicate/restore_plan.ts", 'import "./position.ts";\nimport "./errors.ts";'],
  ["replicate/replication.ts", 'import "./protocol.ts";\nnew URL("./worker.ts", import.meta.url);'],
  ["replicate/cli.ts", 'import "@std/cli/parse-args";\nimport "./restore.ts";'],
  ["tests/e2e/x_test.ts", 'import "../../main.ts";\nimport "playwright-core";'],
];

Deno.test("checkLayers() reports every import that the table does not allow", () => {
  for (const [path, statement] of FORBIDDEN) {
    const found = checkLayers(findImports([file(path, `x;\n${statement}`)]));
    assertEquals(found.map(({ path, line }) => [path, line]), [[path, 2]], `${path}: ${statement}`);
  }
});

Deno.test("checkLayers() lets pass what the table allows", () => {
  for (const [path, statements] of ALLOWED) {
    assertEquals(checkLayers(findImports([file(path, statements)])), [], `${path}: ${statements}`);
  }
});
