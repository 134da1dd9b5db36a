/**
 * What a file's name says about its content.
 *
 * @module
 */

/** The grammars that the pages have, by a name's ending. */
const LANGUAGES: Readonly<Record<string, string>> = {
  bash: "bash",
  c: "c",
  cc: "cpp",
  cfg: "ini",
  conf: "ini",
  cpp: "cpp",
  cs: "csharp",
  css: "css",
  cxx: "cpp",
  diff: "diff",
  go: "go",
  gql: "graphql",
  graphql: "graphql",
  h: "c",
  hpp: "cpp",
  htm: "xml",
  html: "xml",
  ini: "ini",
  java: "java",
  js: "javascript",
  json: "json",
  jsx: "javascript",
  kt: "kotlin",
  kts: "kotlin",
  less: "less",
  lua: "lua",
  m: "objectivec",
  md: "markdown",
  mjs: "javascript",
  cjs: "javascript",
  mk: "makefile",
  patch: "diff",
  php: "php",
  pl: "perl",
  pm: "perl",
  ps1: "shell",
  py: "python",
  r: "r",
  rb: "ruby",
  rs: "rust",
  scss: "scss",
  sh: "bash",
  sql: "sql",
  svg: "xml",
  swift: "swift",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  vb: "vbnet",
  wat: "wasm",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
  zsh: "bash",
};

/** Files that are known by their whole name. */
const WHOLE_NAMES: Readonly<Record<string, string>> = { makefile: "makefile", gemfile: "ruby", rakefile: "ruby" };

/**
 * Finds the grammar for a file.
 *
 * @param name The file's name; `null` when it has none.
 * @returns The grammar's name; `null` when the content is taken for a log or plain text.
 */
export function languageOf(name: string | null): string | null {
  if (name === null) return null;
  const lower = name.toLowerCase();
  const ending = lower.slice(lower.lastIndexOf(".") + 1);
  const found = Object.hasOwn(WHOLE_NAMES, lower)
    ? WHOLE_NAMES[lower]
    : Object.hasOwn(LANGUAGES, ending)
    ? LANGUAGES[ending]
    : undefined;
  return lower.includes(".") || Object.hasOwn(WHOLE_NAMES, lower) ? found ?? null : null;
}
