import { assertEquals } from "@std/assert";
import { configSchema, describeIssues, problemAt, withoutEmpty } from "../../../replicate/litestream/schema.ts";

function problemsOf(document: unknown): string[] {
  const parsed = configSchema.safeParse(document);
  return parsed.success ? [] : describeIssues(parsed.error.issues);
}

Deno.test("withoutEmpty() takes out what has no value, at any depth", () => {
  const document = { a: "", b: null, c: 0, d: false, e: [{ f: "", g: 1 }], h: { i: null } };
  assertEquals(withoutEmpty(document), { c: 0, d: false, e: [{ g: 1 }], h: {} });
});

Deno.test("configSchema reads durations, counts and booleans in every form that Go's YAML has", () => {
  const parsed = configSchema.parse({
    dbs: [{
      path: "a.db",
      "monitor-interval": "1m30s",
      "checkpoint-interval": 0,
      "max-checkpoint-page-count": 0,
      replicas: [{ path: "r", retention: "-1s", "force-path-style": "Yes", "skip-verify": "off" }],
    }],
    logging: { stderr: true },
  });
  const [database] = parsed.dbs ?? [];
  assertEquals(database?.["monitor-interval"], 90_000);
  assertEquals(database?.["checkpoint-interval"], 0);
  assertEquals(database?.replicas?.[0], { path: "r", retention: 0, "force-path-style": true, "skip-verify": false });
});

Deno.test("describeIssues() names the place of each problem in the document", () => {
  const table: readonly (readonly [document: unknown, problems: readonly string[]])[] = [
    [{}, []],
    ["text", ["it must hold keys and values"]],
    [{ dbs: {} }, ["dbs: it must be a list"]],
    [{ dbs: [null] }, ["dbs[0]: it must hold keys and values"]],
    [{ dbs: [{}] }, ["dbs[0].path: it must be there"]],
    [{ dbs: [{ path: 5 }] }, ["dbs[0].path: it must be a text: put it in quotes"]],
    [{ "access-key-id": 12345 }, ["access-key-id: it must be a text: put it in quotes"]],
    [{ logging: { level: "loud", type: "xml" } }, [
      "logging.level: it must be debug, info, warn or error",
      "logging.type: it must be text or json",
    ]],
    [{ db: [] }, ["db: there is no such key"]],
    [{ dbs: [{ path: "a", replica: {}, "busy-timeout": "1s" }] }, [
      `dbs[0].replica: it is a key of Litestream v0.5: use "replicas", a list`,
      "dbs[0].busy-timeout: it is a key of Litestream v0.5",
    ]],
    [{ dbs: [{ path: "a", "monitor-interval": "0", "min-checkpoint-page-count": 0 }] }, [
      "dbs[0].monitor-interval: it must be more than 0",
      "dbs[0].min-checkpoint-page-count: it must be more than 0",
    ]],
    [{ dbs: [{ path: "a", "max-checkpoint-page-count": -1 }] }, [
      "dbs[0].max-checkpoint-page-count: it must not be negative",
    ]],
    [{ dbs: [{ path: "a", replicas: [{ path: "b" }, { path: "c", age: {}, "sync-intervall": "1s" }] }] }, [
      "dbs[0].replicas[1].age: encryption is not supported, and an upload in the clear is not what it asks for",
      "dbs[0].replicas[1].sync-intervall: there is no such key",
    ]],
    [{ dbs: [{ path: "a", replicas: [{ "sync-interval": "10", "skip-verify": "maybe" }] }] }, [
      `dbs[0].replicas[0].sync-interval: it must be a duration such as "10s": current value is "10"`,
      "dbs[0].replicas[0].skip-verify: it must be true or false",
    ]],
  ];
  for (const [document, problems] of table) assertEquals(problemsOf(document), problems, JSON.stringify(document));
});

Deno.test("problemAt() writes the place as a path", () => {
  assertEquals(problemAt(["dbs", 0, "replicas", 2, "url"], "wrong"), "dbs[0].replicas[2].url: wrong");
  assertEquals(problemAt([], "wrong"), "wrong");
});
