/**
 * The service as an operator has it: a process of its own, with an environment, signals, a log and an exit code.
 *
 * @module
 */

import { z } from "zod";
import { PROJECT_ROOT } from "./source_tree.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

/** What a program that ran to its end has left. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained of. */
  readonly stderr: string;
}

const readinessSchema = z.strictObject({
  ready: z.boolean(),
  replication: z.strictObject({
    role: z.enum(["writer", "waiting", "fenced", "off"]),
    position: z.string().nullable(),
    lagBytes: z.number(),
    lagSeconds: z.number(),
    lastSyncAt: z.string().nullable(),
    error: z.string().nullable(),
  }),
});

/** What `/readyz` says, and the status that it says it with. */
export type Readiness = z.infer<typeof readinessSchema> & { readonly status: number };

const recordSchema = z.looseObject({ level: z.string(), message: z.string() });

/** One line of the log. */
export type LogRecord = z.infer<typeof recordSchema>;

/** How {@linkcode eventually} waits. */
export interface Patience {
  /** How many looks at the most. Default: as many as make a minute of pauses. */
  readonly tries?: number;
  /** The pause between two looks, in milliseconds. Default: 50. */
  readonly pauseMs?: number;
}

/** How long the pauses of one wait may be together, in milliseconds. */
const PATIENCE_MS = 60_000;

/** What a child process keeps of our own environment; nothing that the service reads may slip in. */
const INHERITED = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "LANG"];

/**
 * Looks again and again, within bounds: the only place in which these tests wait for time to pass.
 *
 * @param what What is waited for, to follow "Waited in vain until".
 * @param look Gives null for "not yet".
 * @param patience The bounds.
 * @returns The first answer that is not null.
 * @throws {Error} When the tries are used up, or what `look` throws.
 */
export async function eventually<T>(
  what: string,
  look: () => T | null | Promise<T | null>,
  { pauseMs = 50, tries = PATIENCE_MS / pauseMs }: Patience = {},
): Promise<T> {
  for (let tryNumber = 1; tryNumber <= tries; tryNumber++) {
    const answer = await look();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`Waited in vain until ${what}`);
}

/**
 * Runs a program of the project to its end.
 *
 * @param script The program's path from the project's root.
 * @param args Its arguments.
 * @param env Its environment, beside the little that every program needs.
 * @returns What it has left.
 */
export async function runScript(script: string, args: readonly string[], env: Environment = {}): Promise<Ended> {
  const { code, stdout, stderr } = await denoCommand(script, args, env, "piped").output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A service that was started and is watched. Ends with the scope at the latest, by SIGKILL. */
export class ServiceProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #followed: Promise<void>;
  readonly #lines: string[] = [];
  #port = 0;
  #ended: Deno.CommandStatus | null = null;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#followed = this.#follow();
  }

  /**
   * Starts a service on a free port, and waits until it listens.
   *
   * @param env Its environment.
   * @throws {Error} When it ends before it listens.
   */
  static async start(env: Environment): Promise<ServiceProcess> {
    const defaults = { PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "info" };
    const service = new ServiceProcess(denoCommand("main.ts", [], { ...defaults, ...env }, "null").spawn());
    try {
      service.#port = await service.until("it listens", () => {
        const port = service.records.find(({ message }) => message === "Listening")?.["port"];
        return typeof port === "number" ? port : null;
      });
      return service;
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where it listens, without a final slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#port;
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** What it has written to standard error so far. */
  get log(): string {
    return this.#lines.join("\n");
  }

  /** The records in it. */
  get records(): readonly LogRecord[] {
    return this.#lines.filter((line) => line.startsWith("{")).map((line) => recordSchema.parse(JSON.parse(line)));
  }

  /** Asks `/readyz`; null when nobody answers. */
  async readiness(): Promise<Readiness | null> {
    const response = await fetch(`${this.url}/readyz`).catch(() => null);
    if (response === null) return null;
    return { ...readinessSchema.parse(await response.json()), status: response.status };
  }

  /**
   * Waits for something while the process lives.
   *
   * @param what What is waited for, to follow "until".
   * @param look Gives null for "not yet".
   * @param patience The bounds.
   * @throws {Error} When that takes too long, or the process ends before; the message has the end of the log.
   */
  async until<T>(what: string, look: () => T | null | Promise<T | null>, patience: Patience = {}): Promise<T> {
    try {
      return await eventually(what, async () => {
        const ended = this.#ended; // before the look: what it did last counts
        const answer = await look();
        if (answer === null && ended !== null) throw new Error(`Ended with code ${ended.code} before ${what}`);
        return answer;
      }, patience);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.#lines.slice(-12).join("\n")}`);
    }
  }

  /** Waits until `/readyz` says something that a test is pleased with. */
  untilReadiness(what: string, isPleased: (readiness: Readiness) => boolean, patience?: Patience): Promise<Readiness> {
    return this.until(what, async () => {
      const readiness = await this.readiness();
      return readiness !== null && isPleased(readiness) ? readiness : null;
    }, patience);
  }

  /** Waits until it is ready, and everything that was committed is in the replica. */
  untilSynced(patience?: Patience): Promise<Readiness> {
    return this.untilReadiness(
      "it is ready and the replica has everything",
      ({ ready, replication }) => ready && replication.lagBytes === 0 && replication.lagSeconds === 0,
      patience,
    );
  }

  /** Sends a signal. */
  signal(signal: Deno.Signal): void {
    if (this.#ended === null) this.#child.kill(signal);
  }

  /** Sends a signal, if one is given, and waits for the end. */
  async end(signal?: Deno.Signal): Promise<Deno.CommandStatus> {
    if (signal !== undefined) this.signal(signal);
    await this.#followed;
    return await this.#child.status;
  }

  /** Ends it, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }

  async #follow(): Promise<void> {
    const noteEnd = this.#child.status.then((status) => this.#ended = status);
    let rest = "";
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
    await noteEnd;
  }
}

function denoCommand(
  script: string,
  args: readonly string[],
  env: Environment,
  stdout: "piped" | "null",
): Deno.Command {
  const inherited = INHERITED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", `${PROJECT_ROOT}/${script}`, ...args],
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout,
    stderr: "piped",
  });
}
