/**
 * Another process that uses the database, with a SQLite of its own: Debian's command line.
 *
 * @module
 */

/** Ends each answer. */
const MARK = "--end of answer--";

/** A running `sqlite3`. */
export class SqliteProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncIterator<string>;

  private constructor(path: string) {
    // One stream for answers and complaints, so that their order is kept.
    this.#child = new Deno.Command("sh", {
      args: ["-c", `exec sqlite3 -batch "$0" 2>&1`, path],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /**
   * Starts a process that has the database open.
   *
   * @param path The database.
   * @param timeoutMs How long it waits for locks, in milliseconds. Default: 0.
   */
  static async open(path: string, timeoutMs = 0): Promise<SqliteProcess> {
    const process = new SqliteProcess(path);
    await process.run(`.timeout ${timeoutMs}`);
    await process.run("PRAGMA wal_autocheckpoint = 0;");
    return process;
  }

  /**
   * Runs a command or statements.
   *
   * @param input What to type.
   * @returns What it prints, complaints too.
   */
  async run(input: string): Promise<string[]> {
    await this.#writer.write(new TextEncoder().encode(`${input}\n.print ${MARK}\n`));
    const answer: string[] = [];
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error(`sqlite3 has ended: ${answer.join("\n")}`);
      if (value === MARK) return answer;
      answer.push(value);
    }
  }

  /** Lets it end as an orderly program does: it closes its connection. */
  async close(): Promise<void> {
    await this.#writer.close();
    while (!(await this.#lines.next()).done);
    await this.#child.status;
  }

  /** Ends it, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.abort().catch(() => undefined);
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    while (!(await this.#lines.next()).done);
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
