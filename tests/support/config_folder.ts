/**
 * A folder with a database, its replicas and a `litestream.yml` that knows them.
 *
 * @module
 */

import { type CommandRun, runHere } from "./recording_shell.ts";

/** The folder; removed in the end. */
export class ConfigFolder implements AsyncDisposable {
  /** The folder. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes one.
   *
   * @param replicas Lines for the replicas of `app.db`, in YAML's flow style; `$DIR` is the folder.
   */
  static async create(replicas: readonly string[] = ["{path: $DIR/replica}"]): Promise<ConfigFolder> {
    const folder = new ConfigFolder(await Deno.makeTempDir({ prefix: "litestream-" }));
    const lines = ["dbs:", "  - path: $DIR/app.db", "    replicas:", ...replicas.map((line) => `      - ${line}`)];
    await Deno.writeTextFile(folder.configPath, `${lines.join("\n")}\n`);
    return folder;
  }

  /** The configuration. */
  get configPath(): string {
    return `${this.path}/litestream.yml`;
  }

  /** The database that it has. */
  get databasePath(): string {
    return `${this.path}/app.db`;
  }

  /** Runs a command that finds the configuration through its environment. */
  run(...args: readonly string[]): Promise<CommandRun> {
    return runHere(args, { LITESTREAM_CONFIG: this.configPath, DIR: this.path });
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
