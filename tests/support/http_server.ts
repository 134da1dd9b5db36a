/**
 * A small HTTP server for tests, on loopback: answers as it is told, and keeps what it was asked.
 *
 * @module
 */

/** What was asked. */
export interface RecordedCall {
  /** The HTTP method. */
  readonly method: string;
  /** The path, with the query. */
  readonly path: string;
  /** The headers. */
  readonly headers: Headers;
  /** The body. */
  readonly body: string;
}

/** A running server. */
export interface TestServer extends AsyncDisposable {
  /** Its base URL. */
  readonly url: string;
  /** What it was asked so far. */
  readonly calls: RecordedCall[];
}

/** Starts a server; `answer` may throw, which the client sees as a 500. */
export function serveHttp(answer: (call: RecordedCall) => Response | Promise<Response>): TestServer {
  const calls: RecordedCall[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const call = { method, path: `${pathname}${search}`, headers, body: await request.text() };
      calls.push(call);
      return await answer(call);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    calls,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
