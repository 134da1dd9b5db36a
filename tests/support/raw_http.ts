/**
 * HTTP as bytes on a socket: for requests that no client would send.
 *
 * @module
 */

import { eventually } from "./service_process.ts";

const LATIN1 = new TextDecoder("latin1");

/** What came back. */
export interface RawAnswer {
  /** The status of each answer, in order; what is sent must not look like one itself. */
  readonly statuses: readonly number[];
  /** Everything, as Latin-1. */
  readonly text: string;
  /** Whether the server closed the connection. */
  readonly closed: boolean;
}

/** One connection. */
export class RawConnection implements AsyncDisposable {
  readonly #connection: Deno.TcpConn;
  readonly #followed: Promise<void>;
  #text = "";
  #closed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#followed = this.#follow();
  }

  /** Connects to a port of this machine. */
  static async open(port: number): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** What has come so far. */
  get answer(): RawAnswer {
    const statuses = [...this.#text.matchAll(/(?:^|\r\n|\n|\})HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) =>
      Number(status)
    );
    return { statuses: statuses.filter((status) => status !== 100), text: this.#text, closed: this.#closed };
  }

  /** Sends everything; false when the server does not want it any more. */
  async send(data: string | Uint8Array): Promise<boolean> {
    let rest = typeof data === "string" ? latin1(data) : data;
    try {
      while (rest.byteLength > 0) rest = rest.subarray(await this.#connection.write(rest));
      return true;
    } catch {
      return false; // it answered and went: the answer tells why
    }
  }

  /** Says that nothing more will come. */
  async end(): Promise<void> {
    await this.#connection.closeWrite().catch(() => {});
  }

  /** Waits until so many answers have begun, or the server has closed the connection. */
  async answered(count = 1): Promise<RawAnswer> {
    return await eventually(`there are ${count} answers, or the end, after "${this.#text.slice(0, 200)}"`, () => {
      const { answer } = this;
      return answer.statuses.length >= count || answer.closed ? answer : null;
    }, { pauseMs: 5 });
  }

  /** Waits until the server has closed the connection. */
  async untilClosed(): Promise<RawAnswer> {
    await this.#followed;
    return this.answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    await this.#followed;
  }

  async #follow(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let count = await this.#read(buffer); count !== null; count = await this.#read(buffer)) {
        this.#text += LATIN1.decode(buffer.subarray(0, count));
      }
    } finally {
      this.#closed = true;
    }
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#connection.read(buffer);
    } catch {
      return null; // reset by the server, or closed by us
    }
  }
}

/** One byte for each character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
