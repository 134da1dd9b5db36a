/**
 * Reading a small file that holds a secret.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";

/**
 * Reads a token.
 *
 * @param path The file.
 * @param variable The variable that names it, for the message.
 * @returns Its content without space around it.
 * @throws {ReplicateError} `store-refused` when it cannot be read, or is empty.
 */
export async function readSecretFile(path: string, variable: string): Promise<string> {
  try {
    const text = (await Deno.readTextFile(path)).trim();
    if (text !== "") return text;
  } catch (cause) {
    throw new ReplicateError("store-refused", `Cannot read "${path}", which ${variable} names`, { cause });
  }
  throw new ReplicateError("store-refused", `Cannot use "${path}", which ${variable} names, as it is empty`);
}
