/**
 * Pastestream's start: configuration, restore, service, and a clean end.
 *
 * @module
 */

import {
  collectProblems,
  configureLog,
  formatSettings,
  logEvent,
  messageWithCauses,
  parseServerConfig,
  printProblems,
  printText,
  SERVER_SETTINGS,
  type ServerConfig,
  ServerConfigError,
  startServer,
  terminalWriter,
} from "./server/mod.ts";
import {
  EventPrinter,
  parseReplicateConfig,
  REPLICATE_SETTINGS,
  type ReplicateConfig,
  Replication,
  ReplicationMetrics,
} from "./replicate/mod.ts";

type Config = { readonly server: ServerConfig; readonly replicate: ReplicateConfig };

/** A running service. */
export interface Service {
  /** The port that it listens on. */
  readonly port: number;
  /** The port of the metrics; null when they are not wanted. */
  readonly metricsPort: number | null;
  /** Resolves when the database is restored and pastes are served; rejects when that is not possible. */
  readonly ready: Promise<void>;
  /** Stops accepting, finishes what is under way, uploads what is left; gives the process's exit code. */
  stop(): Promise<number>;
}

/** Starts the service. It listens at once, and serves pastes when the database is restored. */
export function run(config: Config): Service {
  const printer = new EventPrinter({ record: logEvent, terminal: terminalWriter() });
  const replication: Replication = new Replication(config.replicate, {
    onEvent: (event) => {
      printer.print(event);
      metrics.observe(event);
    },
    onTally: (tally) => metrics.count(tally),
    hold: () => server.hold(),
    release: () => server.release(),
    openForReading: () => server.openForReading(),
    closeForReading: () => server.closeForReading(),
  });
  const metrics = new ReplicationMetrics({ ...config.replicate, health: () => replication.replicas() });
  const server = startServer(config.server, { durability: replication, health: replication, metrics });
  logEvent("info", "Listening", { port: server.port, metricsPort: server.metricsPort });
  const ready = replication.prepared.then(() => server.open()).then(() => logEvent("info", "Serving pastes"));
  const stop = async (): Promise<number> => {
    await server.drain();
    const outcome = await replication.stop();
    logEvent(outcome === "incomplete" ? "error" : "info", "Stopped", { outcome });
    return outcome === "incomplete" ? 1 : 0;
  };
  return { port: server.port, metricsPort: server.metricsPort, ready, stop };
}

/** Reads both halves, so that all their problems are told at once; null when help is wanted instead. */
function configure(env: Readonly<Record<string, string>>, args: readonly string[]): Config | null {
  const problems: string[] = [];
  const server = collectProblems(problems, () => parseServerConfig(env, args));
  if (server?.help) return null;
  const databasePath = server?.databasePath ?? "";
  const replicate = collectProblems(problems, () => parseReplicateConfig(env, { databasePath }));
  if (server === null || replicate === null) throw new ServerConfigError(problems);
  return { server, replicate };
}

/** Runs until a signal; a second one ends the process at once. */
async function main(): Promise<void> {
  const config = configure(Deno.env.toObject(), Deno.args);
  if (config === null) return printText(formatSettings([...SERVER_SETTINGS, ...REPLICATE_SETTINGS]));
  configureLog(config.server.logLevel);
  const service = run(config);
  let signals = 0;
  const onSignal = async (): Promise<never> => Deno.exit(++signals > 1 ? 1 : await service.stop());
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, onSignal);
  await service.ready;
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    printProblems(error instanceof ServerConfigError ? error.problems : [messageWithCauses(error)]);
    Deno.exit(1);
  });
}
