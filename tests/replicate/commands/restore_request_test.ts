import { assertEquals, assertThrows } from "@std/assert";
import { parseFlags, UsageError } from "../../../replicate/commands/flags.ts";
import { restore } from "../../../replicate/commands/restore.ts";
import {
  parseParallelism,
  parseRestoreRequest,
  type RestoreRequest,
} from "../../../replicate/commands/restore_request.ts";

function parse(...args: readonly string[]): RestoreRequest {
  return parseRestoreRequest(parseFlags(restore.flags, args));
}

const G = ["-generation", "00112233445566aa"] as const;

Deno.test("parseRestoreRequest() asks for the newest state when nothing is said", () => {
  const target = { generation: null, index: null, timestampMs: null };
  assertEquals(parse(), { target, parallelism: 8, integrityCheck: "none" });
});

Deno.test("parseRestoreRequest() reads indexes in hexadecimal digits and times by RFC 3339", () => {
  for (const [text, index] of [["0", 0], ["1f", 31], ["0000001F", 31], ["7fffffff", 0x7fff_ffff]] as const) {
    assertEquals(parse(...G, "-index", text).target, { generation: "00112233445566aa", index, timestampMs: null });
  }
  const noon = Date.UTC(2026, 0, 2, 12);
  for (const text of ["2026-01-02T12:00:00Z", "2026-01-02T14:00:00+02:00", "2026-01-02 12:00:00.000z"]) {
    assertEquals(parse("-timestamp", text).target.timestampMs, noon, text);
  }
  assertEquals(parse("-timestamp", "2026-01-02T12:00:00.25Z").target.timestampMs, noon + 250);
  assertEquals(parse("-parallelism", "3", "-integrity-check", "quick").integrityCheck, "quick");
});

Deno.test("parseRestoreRequest() refuses what cannot be read, and what does not go together", () => {
  const table: readonly (readonly [args: readonly string[], said: string])[] = [
    [["-generation", "latest"], `-generation as it must be 16 hexadecimal digits: current value is "latest"`],
    [[...G, "-index", "1g"], `current value is "1g"`],
    [[...G, "-index", "80000000"], `current value is "80000000"`],
    [[...G, "-index", "-1"], `current value is "-1"`],
    [["-index", "1"], "-index without -generation"],
    [[...G, "-index", "1", "-timestamp", "2026-01-02T12:00:00Z"], "-index and -timestamp together"],
    [["-timestamp", "2026-01-02"], `current value is "2026-01-02"`],
    [["-timestamp", "2026-01-02T12:00:00"], `current value is "2026-01-02T12:00:00"`],
    [["-timestamp", "2026-13-02T12:00:00Z"], `current value is "2026-13-02T12:00:00Z"`],
    [["-integrity-check", "deep"], `"none", "quick" or "full": current value is "deep"`],
    [["-parallelism", "0"], `current value is "0"`],
  ];
  for (const [args, said] of table) assertThrows(() => parse(...args), UsageError, said, args.join(" "));
});

Deno.test("parseParallelism() is 8 when nothing is said", () => {
  assertEquals(parseParallelism(parseFlags(restore.flags, [])), 8);
  assertEquals(parseParallelism(parseFlags(restore.flags, ["-parallelism=32"])), 32);
});
