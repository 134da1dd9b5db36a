/**
 * Who imports whom, read from the import statements of the files themselves.
 *
 * Deno's own graph (`deno info`) does not follow workers and leaves out what nothing imports.
 *
 * @module
 */

import { codeOnly } from "./source_lexer.ts";
import { isCode, lineAt, type SourceFile, type Violation } from "./source_tree.ts";

/** How one file names another. A `url` is `new URL("./x.ts", import.meta.url)`: a worker, or a file that is served. */
export type ImportKind = "static" | "dynamic" | "url";

/** One file's mention of another file, or of a package. */
export interface Import {
  /** The importing file. */
  readonly from: string;
  /** The line of the specifier, from 1. */
  readonly line: number;
  /** How it is imported; type-only imports are static ones. */
  readonly kind: ImportKind;
  /** The specifier as written. */
  readonly specifier: string;
  /** The imported file from the project's root; undefined for a package. It may begin with `../`. */
  readonly file: string | undefined;
}

const PATTERNS: readonly (readonly [ImportKind, RegExp])[] = [
  ["static", /^[ \t]*(?:import|export)\b[^;'"`()=]*?\bfrom\s*(["'])( *)\1/dgm],
  ["static", /^[ \t]*import\s*(["'])( *)\1/dgm],
  ["dynamic", /\bimport\s*\(\s*(["'`])( *)\1/dg],
  ["dynamic", /\bimport\.meta\.resolve\s*\(\s*(["'`])( *)\1/dg],
  ["url", /\bnew\s+URL\s*\(\s*(["'`])( *)\1\s*,\s*import\.meta\.url/dg],
];

/**
 * Reads the imports of all files.
 *
 * @param files The files; those that are not code are passed over.
 * @returns All imports, in the order of files and lines.
 */
export function findImports(files: readonly SourceFile[]): Import[] {
  return files.filter(isCode).flatMap((file) => importsOf(file));
}

function importsOf(file: SourceFile): Import[] {
  const code = codeOnly(file.text);
  const found = PATTERNS.flatMap(([kind, pattern]) =>
    [...code.matchAll(pattern)].flatMap((match) => {
      const range = match.indices?.[2];
      if (range === undefined) return [];
      const specifier = file.text.slice(...range);
      return [{ from: file.path, line: lineAt(code, range[0]), kind, specifier, file: resolve(file.path, specifier) }];
    })
  );
  return found.sort((a, b) => a.line - b.line);
}

/**
 * Resolves a relative path as written in a file.
 *
 * @param from The path of the file in which it is written, from the project's root.
 * @param specifier The relative path.
 * @returns The path from the project's root, beginning with `../` when it leaves the project; undefined for a package.
 */
export function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.{1,2}(\/|$)/.test(specifier)) return undefined;
  const names = from.split("/").slice(0, -1);
  for (const name of specifier.split("/")) {
    if (name === "." || name === "") continue;
    if (name !== "..") names.push(name);
    else if (names.length === 0 || names.at(-1) === "..") names.push("..");
    else names.pop();
  }
  return names.join("/");
}

/**
 * Finds files that import each other in a circle. Type-only imports count: they are a circle for a reader too.
 * A worker's URL does not: the thread that starts a worker and the worker share no module.
 *
 * @param imports What {@linkcode findImports} found.
 * @returns One violation for each circle met, at the import that closes it.
 */
export function findCycles(imports: readonly Import[]): Violation[] {
  const importsByFile = Map.groupBy(imports.filter(({ kind }) => kind !== "url"), ({ from }) => from);
  const done = new Set<string>();
  const violations: Violation[] = [];

  const visit = (file: string, trail: readonly string[]): void => {
    if (done.has(file)) return;
    for (const edge of importsByFile.get(file) ?? []) {
      if (edge.file === undefined) continue;
      const start = [...trail, file].indexOf(edge.file);
      if (start === -1) {
        visit(edge.file, [...trail, file]);
      } else {
        const circle = [...[...trail, file].slice(start), edge.file].join(" → ");
        violations.push({ path: edge.from, line: edge.line, message: `closes a circle of imports: ${circle}` });
      }
    }
    done.add(file);
  };
  for (const file of importsByFile.keys()) visit(file, []);
  return violations;
}
