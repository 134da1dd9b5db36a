/**
 * The project's own files as data, so that the rules about them are pure functions.
 *
 * @module
 */

/** A text file of the project. */
export interface SourceFile {
  /** The path from the project's root, with `/` between names. */
  readonly path: string;
  /** The whole text. */
  readonly text: string;
}

/** Where a file breaks a rule. */
export interface Violation {
  /** The file's path from the project's root. */
  readonly path: string;
  /** The line, from 1. */
  readonly line: number;
  /** What is wrong, and what to do instead. */
  readonly message: string;
}

/** The project's root as a path on this machine, without a final slash. */
export const PROJECT_ROOT: string = decodeURIComponent(new URL("../..", import.meta.url).pathname).replace(/\/$/, "");

/** What is no work of ours: fetched, generated, recorded, or made by running the program. */
const LEFT_OUT = new Set([".git", "node_modules", "coverage", "data", "replica", ".ci/tmp", "tests/fixtures"]);

/** The endings of files that people write; anything else counts as binary. */
const TEXT_FILE =
  /(\.(ts|tsx|js|mjs|json|md|css|html|svg|toml|ya?ml|sh)|^(Dockerfile|LICENSE|\.dockerignore|\.gitignore))$/;

const CODE_FILE = /\.(ts|tsx|js|mjs)$/;

/** Lock files are written by a tool. */
const GENERATED = new Set(["deno.lock"]);

/**
 * Reads all text files that people wrote for the project.
 *
 * @returns The files in the order of their paths.
 */
export async function readSourceTree(): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const path of walk("")) {
    const text = await readIfPresent(`${PROJECT_ROOT}/${path}`);
    if (text !== undefined) files.push({ path, text });
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/**
 * Whether a file holds TypeScript or JavaScript.
 *
 * @param file The file in question.
 * @returns True for code.
 */
export function isCode(file: SourceFile): boolean {
  return CODE_FILE.test(file.path);
}

/**
 * Whether a file is part of the program that runs, as opposed to tests, benchmarks and what a browser gets.
 *
 * @param file The file in question.
 * @returns True for `main.ts` and the code of `server/` and `replicate/`.
 */
export function isProgram(file: SourceFile): boolean {
  return isCode(file) && (file.path === "main.ts" || /^(server|replicate)\//.test(file.path));
}

/**
 * The line on which a character stands.
 *
 * @param text The whole text.
 * @param offset The character's offset.
 * @returns The line, from 1.
 */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/**
 * Turns violations into the text of a failed test.
 *
 * @param violations What was found.
 * @returns One line each, `path:line message`; empty when there are none.
 */
export function formatViolations(violations: readonly Violation[]): string {
  return violations.map(({ path, line, message }) => `${path}:${line} ${message}`).join("\n");
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${PROJECT_ROOT}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (LEFT_OUT.has(path) || entry.isSymlink) continue;
    if (entry.isDirectory) yield* walk(path);
    else if (!GENERATED.has(path) && (TEXT_FILE.test(entry.name) || folder === ".ci")) yield path;
  }
}

/** A file may vanish between listing and reading, when a test or an editor beside us writes a temporary one. */
async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
