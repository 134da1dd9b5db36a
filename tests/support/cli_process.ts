/**
 * The replication command line as its users have it: a process of its own, with signals and an exit code.
 *
 * @module
 */

import { type Environment, eventually } from "./service_process.ts";
import { PROJECT_ROOT } from "./source_tree.ts";

/** What a child process keeps of our own environment. */
const INHERITED = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** A command that was started and is watched. Ends with the scope at the latest, by SIGKILL. */
export class CliProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #followed: Promise<unknown>;
  #output = "";
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#followed = Promise.all([this.#follow(child.stdout), this.#follow(child.stderr)]);
  }

  /**
   * Starts a command.
   *
   * @param args Its arguments.
   * @param env Its environment, beside the little that every program needs.
   */
  static start(args: readonly string[], env: Environment = {}): CliProcess {
    const inherited = INHERITED.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", "--quiet", `${PROJECT_ROOT}/replicate/cli.ts`, ...args],
      clearEnv: true,
      env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new CliProcess(child);
  }

  /** What it has written so far, to both outputs. */
  get output(): string {
    return this.#output;
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Waits until it has written something, while it lives.
   *
   * @param text What to wait for.
   * @param times How often. Default: once.
   * @throws {Error} When it ends before, or that takes too long; the message has its output.
   */
  async says(text: string, times: number = 1): Promise<void> {
    try {
      await eventually(`it says "${text}"`, () => {
        const hasEnded = this.#hasEnded;
        if (this.#output.split(text).length > times) return true;
        if (hasEnded) throw new Error(`Ended before it said "${text}"`);
        return null;
      });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.#output}`);
    }
  }

  /** Sends a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end, and gives its exit code. */
  async end(): Promise<number> {
    await this.#followed;
    const { code } = await this.#child.status;
    this.#hasEnded = true;
    return code;
  }

  /** Ends it, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) {
      try {
        this.#child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended by itself
      }
    }
    await this.end();
  }

  async #follow(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#output += text;
    this.#hasEnded = true;
  }
}
