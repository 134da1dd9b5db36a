/**
 * The empty handler in a process of its own, as the service is.
 *
 * @module
 */

/** A running empty handler. */
export interface EmptyHandler extends AsyncDisposable {
  /** Where it listens, without a final slash. */
  readonly url: string;
}

/**
 * Starts the empty handler on a free port.
 *
 * @returns The handler; it ends with the scope.
 * @throws {Error} When it does not say where it listens.
 */
export async function startEmptyHandler(): Promise<EmptyHandler> {
  const script = decodeURIComponent(new URL("empty_handler.ts", import.meta.url).pathname);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", script],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  const { value = "" } = await reader.read();
  const port = Number(value);
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  };
  if (!Number.isInteger(port) || port === 0) {
    await end();
    throw new Error(`Cannot learn the empty handler's port: it printed "${value}"`);
  }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: end };
}
