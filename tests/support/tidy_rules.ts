/**
 * The house style as pure functions over the project's files.
 *
 * @module
 */

import { findImports, resolve } from "./import_graph.ts";
import { PURE_FILES } from "./layer_rules.ts";
import { codeOnly, commentsOnly } from "./source_lexer.ts";
import { isCode, isProgram, lineAt, type SourceFile, type Violation } from "./source_tree.ts";

/** The most lines that a file of code may have. */
const MAX_LINES = 250;

/** Finds files of code that are too long to be read at one go. */
export function findLongFiles(files: readonly SourceFile[]): Violation[] {
  return files.filter(isCode).flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, "").split("\n").length;
    return lines <= MAX_LINES ? [] : [{ path, line: MAX_LINES + 1, message: `has ${lines} lines; split it by noun` }];
  });
}

/** Finds code that reads the environment or the arguments by itself instead of being told. */
export function findHiddenInputs(files: readonly SourceFile[]): Violation[] {
  const readers = files.filter((file) => isProgram(file) && !["main.ts", "replicate/cli.ts"].includes(file.path));
  return findInCode(
    readers,
    /\bDeno\.(env|args)\b|\bprocess\.(env|argv)\b/g,
    (name) => `reads ${name}; take an option`,
  );
}

/** Finds code that prints by itself instead of logging or reporting an event. */
export function findPrinting(files: readonly SourceFile[]): Violation[] {
  const printers = files.filter((file) =>
    isProgram(file) && !["server/log.ts", "replicate/cli.ts"].includes(file.path)
  );
  const patterns = /\bconsole\b(?=\s*[.[])|\bDeno\.(stdout|stderr)\b/g;
  return findInCode(printers, patterns, (name) => `uses ${name}; log through server/log.ts or report an event`);
}

/** Finds code that asks the system for the time, or waits by it, and so cannot be tested by a clock that stands still. */
export function findHiddenClocks(files: readonly SourceFile[]): Violation[] {
  const timed = files.filter((file) => isProgram(file) && !/(^|\/)clock\.ts$/.test(file.path));
  const patterns =
    /\bDate\.now\b|\bnew Date\b(?=\s*(\(\s*\)|[^\s(]))|\bperformance\.now\b|\bTemporal\.Now\b|(?<![.\w$])set(Timeout|Interval|Immediate)\b|\b(globalThis|self)\.set(Timeout|Interval|Immediate)\b|\bAbortSignal\.timeout\b/g;
  return findInCode(timed, patterns, (name) => `uses ${name}; take a Clock`);
}

/** Takes its randomness from an argument whose default is the system's: a test hands in its own. */
const RANDOM_BY_DEFAULT = "replicate/generation.ts";

/** Finds I/O and randomness in files that only compute. */
export function findImpurities(files: readonly SourceFile[]): Violation[] {
  const pure = files.filter(({ path }) => PURE_FILES.test(path) && path !== RANDOM_BY_DEFAULT);
  const patterns = /(?<![.\w$])(Deno\.\w+|fetch(?=\()|crypto\b(?=\.)|Math\.random)/g;
  return findInCode(pure, patterns, (name) => `uses ${name}, but this file is one of those that only compute`);
}

/** Finds notes for work to be done later: such work belongs in the tracker, or is done now. */
export function findLeftovers(files: readonly SourceFile[]): Violation[] {
  // In two halves, so that this file does not report itself.
  const marker = new RegExp(
    `\\b(${["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X", "TB" + "D"].join("|")})\\b`,
    "g",
  );
  return files.flatMap((file) => findInText(file, file.text, marker, (name) => `has a ${name}; do it or drop it`));
}

/** Finds tests that are switched off, or that switch off all others. */
export function findSwitchedOffTests(files: readonly SourceFile[]): Violation[] {
  const tests = files.filter((file) => isCode(file) && file.path.startsWith("tests/"));
  const patterns = /\bDeno\.test\.(only|ignore|skip)\b|\b(only|ignore):\s*true\b/g;
  return findInCode(tests, patterns, (name) => `has "${name}"; let every test run`);
}

/** Finds two tests of one name in a file, and names that say what should be instead of what is. */
export function findBadTestNames(files: readonly SourceFile[]): Violation[] {
  return files.filter(isCode).flatMap((file) => {
    const seen = new Set<string>();
    return testNames(file).flatMap(({ name, line, top }) => {
      const problems: string[] = [];
      if (top && seen.has(name)) problems.push(`has a second test named "${name}"`);
      if (/\bshould\b/i.test(name)) problems.push(`names a test by a wish: "${name}"; say what holds`);
      if (top) seen.add(name);
      return problems.map((message) => ({ path: file.path, line, message }));
    });
  });
}

/** Finds files that export something that runs, and have no test file at the mirrored path. */
export function findUntested(files: readonly SourceFile[], exempt: ReadonlyMap<string, string>): Violation[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.filter(isProgram).flatMap(({ path, text }) => {
    const test = `tests/${path.replace(/\.tsx?$/, "_test.ts")}`;
    if (exempt.has(path)) {
      return paths.has(test) ? [{ path, line: 1, message: `has a test now; take it off the list of exceptions` }] : [];
    }
    const code = codeOnly(text);
    const exported = /^export (default )?(abstract |async )?(function|class|const|let|enum)\b/m.exec(code);
    if (exported === null || paths.has(test)) return [];
    return [{ path, line: lineAt(text, exported.index), message: `exports what no test covers; write ${test}` }];
  });
}

/** What lies beside the project on the machine that runs the tests. */
export interface Surroundings {
  /** The folder that holds the project's. */
  readonly parent: string;
  /** The names in it, the project's own included. */
  readonly names: readonly string[];
}

/**
 * Finds paths that lead out of the project: nobody who has only the project could follow them.
 * In code only imports and paths to real neighbours count, for tests may well feed a made-up `../../etc/passwd`.
 */
export function findPathsOutside(files: readonly SourceFile[], { parent, names }: Surroundings): Violation[] {
  const neighbour = new RegExp(`^\\.\\./(${names.map((name) => RegExp.escape(name)).join("|") || "(?!)"})(/|$)`);
  const absolute = names.map((name) => RegExp.escape(`${parent}/${name}`)).join("|") || "(?!)";
  const imported = findImports(files).filter(({ file }) => file?.startsWith(".."));
  return [
    ...imported.map(({ from, line, specifier }) => ({ path: from, line, message: `imports ${specifier}` })),
    ...files.flatMap((file) => {
      const relative = [...file.text.matchAll(/(?<![\w./])\.{1,2}\/[\w./-]*\w/g)].filter(([path]) => {
        const target = resolve(file.path, path) ?? "";
        return isCode(file) ? neighbour.test(target) : target.startsWith("../");
      });
      const here = file.text.matchAll(new RegExp(`(?<![\\w.])(${absolute})(?![\\w-])`, "g"));
      return [...relative, ...here].map((match) => violation(file, match, `names ${match[0]}, outside the project`));
    }),
  ];
}

/** Finds comments that switch the linter off without saying why. */
export function findUnexplainedIgnores(files: readonly SourceFile[]): Violation[] {
  const bare = /deno-(lint|fmt)-ignore(-file)?( [a-z][\w/-]*)*[ \t]*$|@ts-(ignore|expect-error)[ \t]*$/gm;
  return files.filter(isCode).flatMap((file) =>
    findInText(file, commentsOnly(file.text), bare, (name) => `has "${name.trim()}" without a reason; add "-- why"`)
  );
}

function findInCode(files: readonly SourceFile[], pattern: RegExp, say: (name: string) => string): Violation[] {
  return files.filter(isCode).flatMap((file) => findInText(file, codeOnly(file.text), pattern, say));
}

function findInText(file: SourceFile, text: string, pattern: RegExp, say: (name: string) => string): Violation[] {
  return [...text.matchAll(pattern)].map((match) => violation(file, match, say(match[0])));
}

function violation({ path, text }: SourceFile, { index }: RegExpExecArray, message: string): Violation {
  return { path, line: lineAt(text, index), message };
}

/** The names of tests and of their steps, where they are written as plain strings. */
function testNames(file: SourceFile): { name: string; line: number; top: boolean }[] {
  const calls = /\b(Deno\.test|\.step)\s*\(\s*(?:\{\s*name:\s*)?(["'`])( *)\2/dg;
  return [...codeOnly(file.text).matchAll(calls)].flatMap((match) => {
    const range = match.indices?.[3];
    if (range === undefined) return [];
    return [{ name: file.text.slice(...range), line: lineAt(file.text, range[0]), top: match[1] === "Deno.test" }];
  });
}
