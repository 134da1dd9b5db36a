/**
 * The paste service: text in over HTTP, a link out, kept in a SQLite file.
 *
 * It does not know who replicates that file: {@linkcode ServerPorts} is all it asks of its surroundings.
 *
 * @example Serve without replication
 * ```ts ignore
 * import { configureLog, parseServerConfig, startServer } from "./mod.ts";
 *
 * const config = parseServerConfig(Deno.env.toObject(), Deno.args);
 * configureLog(config.logLevel);
 * const server = startServer(config, {
 *   durability: { committed: () => {}, durable: () => Promise.resolve() },
 *   health: {
 *     health: () => ({ role: "off", position: null, lagBytes: 0, lagSeconds: 0, lastSyncAt: null, error: null }),
 *     role: () => "off",
 *   },
 * });
 * await server.open();
 * ```
 *
 * @module
 */

export { messageWithCauses } from "./errors.ts";
export type { TrustProxy } from "./client_address.ts";
export { type ListenAddress, parseServerConfig, type ServerConfig, ServerConfigError } from "./config.ts";
export { type PasteServer, startServer } from "./listen.ts";
export {
  configureLog,
  logEvent,
  type LogFields,
  type LogLevel,
  printProblems,
  printText,
  terminalWriter,
} from "./log.ts";
export { collectProblems } from "./problems.ts";
export type {
  Durability,
  HealthProbe,
  MetricsSource,
  ReplicationHealth,
  ReplicationRole,
  ServerPorts,
} from "./ports.ts";
export { formatSettings, SERVER_SETTINGS, type ServerSetting } from "./settings.ts";
