/**
 * `GET /metrics` on the address that `addr` names.
 *
 * @module
 */

import { reportError } from "../errors.ts";
import type { ListenAddress } from "../litestream/listen_address.ts";
import type { Log } from "./log.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What {@linkcode listenForMetrics} works with. */
export interface MetricsListenerOptions {
  /** Writes the metrics down in Prometheus' text format. */
  readonly text: () => Promise<string>;
  /** Told where it listens, and what fails. */
  readonly log: Log;
}

/**
 * Listens for whoever collects metrics. An address that is taken is told and nothing else: without its metrics a
 * database is replicated all the same, as with Litestream.
 *
 * @param address Where.
 * @param options What is answered, and the log.
 * @returns The server, to be shut down in the end; null when it cannot listen.
 */
export function listenForMetrics(
  { host, port }: ListenAddress,
  { text, log }: MetricsListenerOptions,
): Deno.HttpServer<Deno.NetAddr> | null {
  try {
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {} },
      (request) => answer(request, { text, log }),
    );
    log("info", "Serving metrics", { host, port: server.addr.port, path: "/metrics" });
    return server;
  } catch (error) {
    log("error", "Cannot serve metrics", { host, port, error: reportError(error).message });
    return null;
  }
}

async function answer(request: Request, { text, log }: MetricsListenerOptions): Promise<Response> {
  if (new URL(request.url).pathname !== "/metrics") return new Response("Here is only /metrics\n", { status: 404 });
  if (!["GET", "HEAD"].includes(request.method)) {
    return new Response("Cannot do that here: use GET\n", { status: 405, headers: { "Allow": "GET, HEAD" } });
  }
  try {
    return new Response(await text(), { headers: { "Content-Type": CONTENT_TYPE, "Cache-Control": "no-store" } });
  } catch (error) {
    log("error", "Cannot write the metrics down", { error: reportError(error).message });
    return new Response("Cannot write the metrics down: see the log\n", { status: 500 });
  }
}
