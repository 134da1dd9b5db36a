import { assert, assertEquals, assertThrows } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { asReplicateError, busyError, isBusy } from "../../replicate/sqlite_error.ts";
import { openSqlite } from "../support/sqlite.ts";

/** The error that SQLite throws when another connection holds the lock. */
async function realBusyError(): Promise<Error> {
  const folder = await Deno.makeTempDir();
  try {
    using holder = openSqlite(`${folder}/test.db`);
    using other = openSqlite(`${folder}/test.db`);
    holder.exec("PRAGMA busy_timeout = 0; CREATE TABLE item (id)");
    other.exec("PRAGMA busy_timeout = 0");
    holder.exec("BEGIN IMMEDIATE");
    return assertThrows(() => other.exec("BEGIN IMMEDIATE"), Error);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function realSyntaxError(): Error {
  using sqlite = openSqlite(":memory:");
  return assertThrows(() => sqlite.exec("SELECT nonsense FROM nowhere"), Error);
}

Deno.test("isBusy() knows SQLite's own error, and no other", async () => {
  assert(isBusy(await realBusyError()));
  assert(isBusy(Object.assign(new Error(), { code: "SQLITE_BUSY_SNAPSHOT" })));
  for (const error of [realSyntaxError(), new Error("SQLITE_BUSY"), "SQLITE_BUSY", null, { code: "SQLITE_BUSY" }]) {
    assert(!isBusy(error));
  }
});

Deno.test("busyError() may be tried again", () => {
  const { code, retryable, cause } = busyError("cause");
  assertEquals([code, retryable, cause], ["database-busy", true, "cause"]);
});

Deno.test("asReplicateError() keeps the engine's errors, and turns SQLite's into the engine's", async () => {
  const own = new ReplicateError("foreign-writer", "Another");
  assertEquals(asReplicateError(own), own);
  const busy = await realBusyError();
  const syntax = realSyntaxError();
  const table = [[busy, "database-busy", true], [syntax, "internal", false], ["text", "internal", false]] as const;
  for (const [error, code, retryable] of table) {
    const turned = asReplicateError(error);
    assertEquals([turned.code, turned.retryable, turned.cause], [code, retryable, error]);
  }
});
