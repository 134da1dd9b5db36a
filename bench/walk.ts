/**
 * The files of a folder and of those in it.
 *
 * @module
 */

/**
 * Finds all files below a folder.
 *
 * @param folder Where to look.
 * @returns Their paths.
 */
export async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* walk(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
