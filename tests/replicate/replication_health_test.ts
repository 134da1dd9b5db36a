import { assert, assertEquals } from "@std/assert";
import { describeHealth } from "../../replicate/replication_health.ts";
import type { WriterStatus } from "../../replicate/writer_status.ts";

const FACTS = { pendingCount: 0, oldestAgeSeconds: 0, failure: null };
const FAILURE = { name: "ReplicateError", code: "store-unavailable", message: "No answer", retryable: true } as const;

function status(differences: Partial<WriterStatus>): WriterStatus {
  const tally = { capturedBytes: 0, walIndex: 0, walBytes: 0, uploadedBytes: 0, uploads: 0, uploadMs: 0 };
  const none = { position: null, lagBytes: 0, syncedNotice: 0, lastSyncAtMs: null, error: null, lastValidation: null };
  return { replica: "file:///replica", role: "writer", ...none, tally, ...differences };
}

Deno.test("describeHealth() is a writer's only when this instance writes to each replica", () => {
  const roleOf = (...roles: WriterStatus["role"][]): string =>
    describeHealth(roles.map((role) => status({ role })), FACTS).role;
  assertEquals(roleOf(), "waiting");
  assertEquals(roleOf("writer", "writer"), "writer");
  assertEquals(roleOf("writer", "waiting"), "waiting");
  assertEquals(roleOf("writer", "waiting", "fenced"), "fenced");
});

Deno.test("describeHealth() tells the worst lag, the last upload and the first error", () => {
  const statuses = [status({ lagBytes: 5, lastSyncAtMs: 1_000 }), status({ lagBytes: 7, error: FAILURE })];
  const health = describeHealth(statuses, { ...FACTS, oldestAgeSeconds: 3 });
  assertEquals([health.lagBytes, health.lagSeconds, health.lastSyncAt], [7, 3, "1970-01-01T00:00:01.000Z"]);
  assertEquals(health.error, "No answer");
  assertEquals(
    describeHealth([status({})], { ...FACTS, pendingCount: 2 }).lagBytes,
    2,
    "bytes that nobody has counted",
  );
  const worker = { ...FAILURE, message: "The worker ended" };
  assertEquals(describeHealth(statuses, { ...FACTS, failure: worker }).error, "The worker ended");
});

Deno.test("describeHealth() is not well while the replica was found to differ from the database", () => {
  const lastValidation = { atMs: 0, ok: false, message: "Page 3 differs" };
  const { error } = describeHealth([status({ lastValidation })], FACTS);
  assert(error?.includes("Page 3 differs"), `${error}`);
});
