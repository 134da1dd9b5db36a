/**
 * A bucket further away: passes connections on to an S3 server, holds their bytes back for a while, and counts.
 *
 * @module
 */

/** A request whose answer has begun. */
export interface SeenRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path as it came. */
  readonly path: string;
  /** How many bytes its body had. */
  readonly bodyBytes: number;
  /** When the server began to answer, by `performance.now()`: before its answer was held back. */
  readonly answeredAtMs: number;
}

/** One connection's requests. They come one after the other: the next begins when the last was answered. */
interface Exchange {
  head: string;
  bodyLeft: number;
  pending: Omit<SeenRequest, "answeredAtMs"> | null;
}

/** A running proxy. */
export class BucketProxy implements AsyncDisposable {
  /** What was seen so far, in the order of the answers. */
  readonly requests: SeenRequest[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #upstream: Deno.ConnectOptions;
  readonly #delayMs: number;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #served: Promise<void>;

  private constructor(upstream: Deno.ConnectOptions, delayMs: number) {
    this.#upstream = upstream;
    this.#delayMs = delayMs;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#served = this.#serve();
  }

  /**
   * Starts a proxy on a free port.
   *
   * @param endpoint The S3 server's base URL; plain HTTP.
   * @param delayMs How much longer a round trip is to take.
   */
  static start(endpoint: string, delayMs: number): BucketProxy {
    const { hostname, port } = new URL(endpoint);
    return new BucketProxy({ hostname, port: Number(port || 80) }, delayMs);
  }

  /** The base URL for clients. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Closes all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) close(connection);
    await this.#served;
  }

  async #serve(): Promise<void> {
    const connections: Promise<void>[] = [];
    for await (const client of this.#listener) connections.push(this.#connect(client).catch(() => close(client)));
    await Promise.all(connections);
  }

  async #connect(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect(this.#upstream);
    const ends = [client, server];
    for (const end of ends) {
      end.setNoDelay();
      this.#open.add(end);
    }
    const exchange: Exchange = { head: "", bodyLeft: 0, pending: null };
    // Half of the way there, half of it back.
    const passed = [
      pass(client, server, this.#delayMs / 2, (chunk) => readRequest(exchange, chunk)),
      pass(server, client, this.#delayMs / 2, () => this.#noteAnswer(exchange)),
    ];
    // Either side may go away at any time; the other one is told by the end of its connection.
    await Promise.allSettled(passed.map((one) => one.finally(() => ends.forEach(close))));
    for (const end of ends) this.#open.delete(end);
  }

  #noteAnswer(exchange: Exchange): void {
    if (exchange.pending === null || exchange.bodyLeft > 0) return;
    this.requests.push({ ...exchange.pending, answeredAtMs: performance.now() });
    exchange.pending = null;
  }
}

/** Passes bytes on, each some time after it came. */
async function pass(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  delayMs: number,
  note: (chunk: Uint8Array) => void,
): Promise<void> {
  const writer = to.writable.getWriter();
  let written = Promise.resolve();
  for await (const chunk of from.readable) {
    const arrivedAtMs = performance.now();
    note(chunk);
    // Reading goes on meanwhile: what is held back is time, not throughput.
    written = written.then(async () => {
      await pauseUntil(arrivedAtMs + delayMs);
      await writer.write(chunk);
    });
    // Awaited below; until then nobody looks, and a side that goes away is no error of ours.
    written.catch(() => undefined);
  }
  await written;
}

/** Follows a client's bytes: heads are read, bodies only counted. The client sends no chunked bodies. */
function readRequest(exchange: Exchange, chunk: Uint8Array): void {
  let rest = chunk;
  while (rest.byteLength > 0) {
    if (exchange.bodyLeft > 0) {
      const skipped = Math.min(exchange.bodyLeft, rest.byteLength);
      exchange.bodyLeft -= skipped;
      rest = rest.subarray(skipped);
      continue;
    }
    const known = exchange.head.length;
    exchange.head += new TextDecoder("latin1").decode(rest);
    const end = exchange.head.indexOf("\r\n\r\n");
    if (end < 0) return;
    rest = rest.subarray(end + 4 - known);
    const [, method = "", path = ""] = /^(\S+) (\S+)/.exec(exchange.head) ?? [];
    const bodyBytes = Number(/\r\ncontent-length: *(\d+)/i.exec(exchange.head.slice(0, end))?.[1] ?? 0);
    exchange.pending = { method, path, bodyBytes };
    exchange.bodyLeft = bodyBytes;
    exchange.head = "";
  }
}

async function pauseUntil(timeMs: number): Promise<void> {
  // A timer may come a little early.
  for (let ms = timeMs - performance.now(); ms > 0; ms = timeMs - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed already
  }
}
