/**
 * `GET /metrics` on an address of its own, which need not be public.
 *
 * @module
 */

import type { ListenAddress } from "./config.ts";
import { logEvent } from "./log.ts";
import { messageWithCauses } from "./errors.ts";
import type { MetricsSource } from "./ports.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Listens for whoever collects metrics.
 *
 * @param address Where.
 * @param sources Who writes them down; their names differ.
 * @returns The server, to be shut down in the end.
 * @throws {Error} When the address is taken.
 */
export function listenForMetrics(
  { host, port }: ListenAddress,
  sources: readonly MetricsSource[],
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: host, port, onListen: () => {} }, (request) => answer(request, sources));
  } catch (cause) {
    throw new Error(`Cannot listen for metrics on ${host}, port ${port}`, { cause });
  }
}

async function answer(request: Request, sources: readonly MetricsSource[]): Promise<Response> {
  if (new URL(request.url).pathname !== "/metrics") return new Response("Here is only /metrics\n", { status: 404 });
  if (!["GET", "HEAD"].includes(request.method)) {
    return new Response("Cannot do that here: use GET\n", { status: 405, headers: { "Allow": "GET, HEAD" } });
  }
  try {
    const texts = await Promise.all(sources.map((source) => source.text()));
    return new Response(texts.join("\n"), { headers: { "Content-Type": CONTENT_TYPE, "Cache-Control": "no-store" } });
  } catch (error) {
    logEvent("error", "Cannot write the metrics down", { error: messageWithCauses(error) });
    return new Response("Cannot write the metrics down: see the log\n", { status: 500 });
  }
}
