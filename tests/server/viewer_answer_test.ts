import { assertEquals, assertStringIncludes } from "@std/assert";
import { viewerAnswer } from "../../server/viewer_answer.ts";
import { formatPasteId } from "../../server/paste_id.ts";
import { bytesOf } from "./support.ts";

const ID = formatPasteId(Date.UTC(2026, 10, 20, 21, 50), "aB3dE6");
const PASTE = { id: ID, name: null, expiresMs: null, title: "T", prefix: "" };
const GET = { method: "GET", headers: { Vary: "Accept" } };

Deno.test("viewerAnswer() tells the length of a small page, and streams a large one", async () => {
  for (const { lines, isWhole } of [{ lines: 10, isWhole: true }, { lines: 50_000, isWhole: false }]) {
    const answer = await viewerAnswer({ ...PASTE, bytes: bytesOf("a\n".repeat(lines)) }, GET);
    const length = answer.headers.get("content-length");
    const body = await answer.bytes();
    assertEquals([length, answer.headers.get("vary")], [isWhole ? String(body.byteLength) : null, "Accept"]);
    assertStringIncludes(new TextDecoder().decode(body), `id=L${lines} `);
  }
});

Deno.test("viewerAnswer() tells HEAD the length that GET's body has, of a large page too", async () => {
  for (const lines of [10, 50_000]) {
    const paste = { ...PASTE, bytes: bytesOf("ä\n".repeat(lines)) };
    const page = await (await viewerAnswer(paste, GET)).bytes();
    const head = await viewerAnswer(paste, { ...GET, method: "HEAD" });
    await head.body?.cancel();
    assertEquals([head.headers.get("content-length"), head.headers.get("vary")], [String(page.byteLength), "Accept"]);
  }
});

Deno.test("viewerAnswer() reads the time of creation from the id", async () => {
  const page = await (await viewerAnswer({ ...PASTE, bytes: bytesOf("a") }, GET)).text();
  assertStringIncludes(page, "2026-11-20 21:50 UTC");
});
