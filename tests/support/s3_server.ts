/**
 * An S3-speaking HTTP server for tests, in this process: verifies signatures, and fails on demand.
 *
 * On `node:http` rather than `Deno.serve`, because only there can a connection be closed without an answer, and
 * the path be seen as it came over the wire.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type BucketBehaviour, S3ServerBucket } from "./s3_server_bucket.ts";
import { readCall, type S3Call, type S3ServerOperation } from "./s3_server_call.ts";
import { chooseFault, type Fault, type FaultRates, NO_FAULTS } from "./s3_server_faults.ts";
import { S3Objects } from "./s3_server_objects.ts";
import { checkSignature, type Signer } from "./s3_server_signature.ts";
import type { S3Uploads } from "./s3_server_uploads.ts";
import { errorAnswer, type S3Answer } from "./s3_server_xml.ts";
import { seededRandom } from "./random.ts";

/** Options of {@linkcode S3Server.start}. */
export interface S3ServerOptions {
  /** What the random faults follow from. Default: 1. */
  readonly seed?: number;
  /** The most objects in one page of a listing. Default: 1000. */
  readonly pageSize?: number;
  /** The least size of all parts but the last. Default: 5 MiB. */
  readonly minPartBytes?: number;
  /** The server's time. Default: the system's. */
  readonly now?: () => number;
  /** Whether it is like Google's: its own signature and condition beside Amazon's signature, which do not mix. */
  readonly google?: true;
  /** A session token that every request must carry. Default: none. */
  readonly sessionToken?: string;
}

/** What the server saw. */
export interface RecordedRequest {
  /** The HTTP method. */
  readonly method: string;
  /** What it wanted. */
  readonly operation: S3ServerOperation;
  /** The object's key; empty when it was about the bucket. */
  readonly key: string;
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The query as it came. */
  readonly rawQuery: string;
  /** The status that was sent, or would have been; 0 when nothing was done. */
  readonly status: number;
  /** What went wrong with it. */
  readonly fault: Fault | null;
}

/** A running server with one bucket. */
export class S3Server implements AsyncDisposable {
  /** The bucket's name. */
  readonly bucket = "test-bucket";
  /** Whose signatures are good; may be changed. */
  signer: Signer;
  /** The objects. */
  readonly objects: S3Objects;
  /** The multipart uploads that are under way. */
  readonly uploads: S3Uploads;
  /** What the server can do; may be changed. */
  readonly behaviour: BucketBehaviour;
  /** What was seen so far, in the order of the replies; may be emptied. */
  readonly requests: RecordedRequest[] = [];
  /** What goes wrong with the next requests, one each; `null` for nothing. Before any chance. */
  readonly nextFaults: (Fault | null)[] = [];
  /** What goes wrong by chance. */
  faults: FaultRates = NO_FAULTS;
  /** Whether every connection is closed at once. */
  down = false;

  readonly #server: Server;
  readonly #bucketState: S3ServerBucket;
  readonly #random: () => number;
  readonly #now: () => number;
  /** Replies that wait for their time. */
  readonly #heldBack = new Set<ReturnType<typeof setTimeout>>();

  private constructor(server: Server, options: S3ServerOptions) {
    this.#server = server;
    this.#random = seededRandom(options.seed ?? 1).next;
    this.#now = options.now ?? Date.now;
    this.signer = {
      accessKeyId: "TESTACCESSKEY",
      secretAccessKey: "test/secret+key",
      sessionToken: options.sessionToken ?? null,
      region: "us-east-1",
      google: options.google ?? false,
    };
    this.behaviour = {
      pageSize: options.pageSize ?? 1000,
      conditionalPut: options.google ? "google" : "atomic",
      batchDelete: "works",
      undeletable: new Map(),
      ignoreRange: false,
      ignoreEncodingType: false,
      partsMax: 10_000,
      minPartBytes: options.minPartBytes ?? 5 * 1024 * 1024,
    };
    this.objects = new S3Objects(this.#now);
    this.#bucketState = new S3ServerBucket(this.objects, this.behaviour);
    this.uploads = this.#bucketState.uploads;
    server.on("request", (request, response) => this.#serve(request, response));
  }

  /** Starts a server on a free port of the loopback interface. */
  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = createServer();
    const started = new S3Server(server, options);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return started;
  }

  /** The base URL for clients. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Stops the server and closes all its connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#heldBack) clearTimeout(timer);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("error", () => undefined); // the client went away
    request.on("end", () => {
      const [rawPath = "", rawQuery = ""] = (request.url ?? "").split("?");
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const body = new Uint8Array(Buffer.concat(chunks));
      this.#handle(readCall({ method: request.method ?? "", rawPath, rawQuery, headers, body }), response);
    });
  }

  #handle(call: S3Call, response: ServerResponse): void {
    const fault = this.#chooseFault();
    const answer = fault === "drop-before" || fault === "hang" ? null : this.#answer(call, fault);
    const { method, operation, key, headers, rawQuery } = call;
    this.requests.push({ method, operation, key, headers, rawQuery, status: answer?.status ?? 0, fault });
    const send = (): void => this.#send(call, answer, fault, response);
    if (this.faults.delayMs === 0) return send();
    const timer = setTimeout(() => {
      this.#heldBack.delete(timer);
      send();
    }, this.faults.delayMs);
    this.#heldBack.add(timer);
  }

  #chooseFault(): Fault | null {
    if (this.down) return "drop-before";
    const scripted = this.nextFaults.shift();
    return scripted === undefined ? chooseFault(this.faults, this.#random) : scripted;
  }

  #answer(call: S3Call, fault: Fault | null): S3Answer {
    if (fault === "error-503") return errorAnswer(503, "SlowDown");
    if (fault === "error-500") return errorAnswer(500, "InternalError");
    const refusal = checkSignature(call, this.signer, this.#now());
    if (refusal !== null) return errorAnswer(refusal.status, refusal.code);
    if (this.signer.google && ["x-amz-", "x-goog-"].every((prefix) => hasHeader(call, prefix))) {
      return errorAnswer(400, "ExcessHeaderValues");
    }
    if (call.bucket !== this.bucket) return errorAnswer(404, "NoSuchBucket");
    return this.#bucketState.answer(call);
  }

  #send(call: S3Call, answer: S3Answer | null, fault: Fault | null, response: ServerResponse): void {
    if (fault === "hang") return;
    if (answer === null || fault === "drop-after") {
      response.socket?.destroy();
      return;
    }
    const { status, headers, body } = fault === "error-500-after" ? errorAnswer(500, "InternalError") : answer;
    const date = new Date(this.#now()).toUTCString();
    response.writeHead(status, { ...headers, date, "content-length": String(body.length) });
    if ((fault === "truncate-body" || fault === "stall-body") && body.length > 0) {
      response.write(body.subarray(0, body.length >> 1), () => {
        if (fault === "truncate-body") response.socket?.destroy();
      });
    } else {
      response.end(call.method === "HEAD" ? undefined : body);
    }
  }
}

function hasHeader({ headers }: S3Call, prefix: string): boolean {
  return Object.keys(headers).some((name) => name.startsWith(prefix));
}
