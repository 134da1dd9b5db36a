import { assertEquals } from "@std/assert";
import { emptyHandler } from "../../bench/empty_handler.ts";

Deno.test("emptyHandler() reads an upload to its end, and answers shortly", async () => {
  const response = await emptyHandler().request("/", { method: "PUT", body: new Uint8Array(1024) });
  assertEquals(await response.json(), { id: "000000000000", bytes: 1024 });
});

Deno.test("emptyHandler() answers a read with as many bytes as its path says", async () => {
  const app = emptyHandler();
  for (let turn = 0; turn < 2; turn++) {
    assertEquals((await (await app.request("/1024")).bytes()).byteLength, 1024);
  }
});
