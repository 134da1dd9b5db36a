/**
 * The reference implementation of LZ4: Debian's `lz4` command.
 *
 * @module
 */

/** Whether the command is on this machine. */
const isInstalled = await findTool();

/**
 * Whether tests that need the command are left out, visibly: pass it to `Deno.test` as `ignore`. It is false where
 * `CI=true` is set, so that there a missing command is a failure.
 */
export const SKIP_LZ4_TOOL: boolean = !isInstalled && Deno.env.get("CI") !== "true";

/**
 * Compresses a file.
 *
 * @param path The file: `--content-size` needs one, it has no effect on a pipe.
 * @param options Options of the command, such as `-B4`.
 * @returns The frame.
 * @throws {Error} When the command fails; its output is then no frame at all.
 */
export async function compressWithTool(path: string, options: readonly string[]): Promise<Uint8Array> {
  return await run([...options, "-c", path]);
}

/**
 * Decompresses bytes.
 *
 * @param frame One LZ4 frame.
 * @returns The plain bytes.
 * @throws {Error} When the command refuses the frame.
 */
export async function decompressWithTool(frame: Uint8Array): Promise<Uint8Array> {
  const path = await Deno.makeTempFile({ suffix: ".lz4" });
  try {
    await Deno.writeFile(path, frame);
    return await run(["-d", "-c", path]);
  } finally {
    await Deno.remove(path);
  }
}

async function run(args: readonly string[]): Promise<Uint8Array> {
  if (!isInstalled) throw new Error('Cannot run "lz4" as it is not installed: install the package "lz4"');
  const { success, stdout, stderr } = await new Deno.Command("lz4", { args: ["-q", ...args] }).output();
  if (!success) throw new Error(`lz4 ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  return stdout;
}

async function findTool(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("lz4", { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
