/**
 * Pastestream's start: configuration, restore, service, and a clean end.
 *
 * @module
 */

import {
  configureLog,
  logEvent,
  parseServerConfig,
  SERVER_SETTINGS,
  type ServerConfig,
  ServerConfigError,
  startServer,
} from "./server/mod.ts";
import {
  EventPrinter,
  parseReplicateConfig,
  REPLICATE_SETTINGS,
  type ReplicateConfig,
  ReplicateConfigError,
  Replication,
} from "./replicate/mod.ts";

/** Both halves of the configuration. */
export interface Config {
  /** The paste service's. */
  readonly server: ServerConfig;
  /** The replication engine's. */
  readonly replicate: ReplicateConfig;
}

/** A running service. */
export interface Service {
  /** The port that it listens on. */
  readonly port: number;
  /** Resolves when the database is restored and pastes are served; rejects when that is not possible. */
  readonly ready: Promise<void>;
  /** Stops accepting, finishes what is under way, uploads what is left; gives the process's exit code. */
  stop(): Promise<number>;
}

/**
 * Starts the service. It listens at once, and serves pastes when the database is restored.
 *
 * @param config How it behaves.
 * @returns The service.
 */
export function run(config: Config): Service {
  const printer = new EventPrinter({
    record: logEvent,
    terminal: Deno.stderr.isTerminal() ? printTo(Deno.stderr) : null,
  });
  const replication: Replication = new Replication(config.replicate, {
    onEvent: (event) => printer.print(event),
    hold: () => server.hold(),
    release: () => server.release(),
  });
  const server = startServer(config.server, { durability: replication, health: replication });
  const open = async (): Promise<void> => {
    await replication.prepared;
    await server.open();
    logEvent("info", "Serving pastes", { port: server.port });
  };
  const stop = async (): Promise<number> => {
    await server.drain();
    const outcome = await replication.stop();
    const isComplete = outcome !== "incomplete";
    logEvent(isComplete ? "info" : "error", "Stopped", { outcome });
    return isComplete ? 0 : 1;
  };
  return { port: server.port, ready: open(), stop };
}

function configure(env: Readonly<Record<string, string>>, args: readonly string[]): Config {
  const server = parseServerConfig(env, args);
  if (server.help) {
    printTo(Deno.stdout)(`Usage: deno task start [flags]\n\n${settingsTable()}\n`);
    Deno.exit(0);
  }
  configureLog(server.logLevel);
  return { server, replicate: parseReplicateConfig(env, { databasePath: server.databasePath }) };
}

function settingsTable(): string {
  const server = SERVER_SETTINGS.map(({ name, flag, ...row }) => ({
    ...row,
    name: flag ? `${name} or ${flag}` : name,
  }));
  return [...server, ...REPLICATE_SETTINGS]
    .map(({ name, meaning, default: value }) => `  ${name}\n      ${meaning}${value ? `; default: ${value}` : ""}`)
    .join("\n");
}

function printTo(output: typeof Deno.stderr | typeof Deno.stdout): (text: string) => void {
  return (text) => void output.writeSync(new TextEncoder().encode(text));
}

/** Runs until a signal; the second one ends the process at once. */
async function main(): Promise<void> {
  const service = run(configure(Deno.env.toObject(), Deno.args));
  let signals = 0;
  const onSignal = async (): Promise<void> => Deno.exit(++signals > 1 ? 1 : await service.stop());
  Deno.addSignalListener("SIGTERM", onSignal);
  Deno.addSignalListener("SIGINT", onSignal);
  await service.ready;
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    const isExpected = error instanceof ServerConfigError || error instanceof ReplicateConfigError;
    const problems = isExpected ? error.problems : [error instanceof Error ? error.message : String(error)];
    printTo(Deno.stderr)(problems.map((problem) => `pastestream: ${problem}\n`).join(""));
    Deno.exit(1);
  }
}
