/**
 * The yardstick: what Hono on Deno can do at best. Takes an upload and forgets it, answers a read with a constant.
 *
 * Run as a program it listens on a free port, and prints it.
 *
 * @module
 */

import { Hono } from "hono";

/** Makes the handler. `GET /<n>` answers with n bytes, the same ones each time. */
export function emptyHandler(): Hono {
  const app = new Hono();
  const constants = new Map<string, Uint8Array<ArrayBuffer>>();
  app.put("/", async (context) => {
    const body = await context.req.arrayBuffer();
    return context.json({ id: "000000000000", bytes: body.byteLength });
  });
  app.get("/:bytes", (context) => {
    const name = context.req.param("bytes");
    const constant = constants.get(name) ?? new Uint8Array(Number(name)).fill(0x61);
    constants.set(name, constant);
    return context.body(constant, 200, { "Content-Type": "text/plain; charset=utf-8" });
  });
  // A load generator that has had enough cuts its uploads off: nothing to tell.
  app.onError((_error, context) => context.body(null, 500));
  return app;
}

if (import.meta.main) {
  Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    // deno-lint-ignore no-console -- the program that started this one reads it
    onListen: ({ port }) => console.log(port),
  }, emptyHandler().fetch);
}
