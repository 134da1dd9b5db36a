/**
 * Who may import whom: the table in ARCHITECTURE.md as data.
 *
 * @module
 */

import type { Import } from "./import_graph.ts";
import type { Violation } from "./source_tree.ts";

/** What the files of one layer may import. The first layer that matches a file holds. */
interface Layer {
  /** The layer in words. */
  readonly name: string;
  /** Matches the layer's files. */
  readonly files: RegExp;
  /** Matches the project's files that it may import. */
  readonly mayImport: RegExp;
  /** The packages that it may import; undefined when each package's own home decides. */
  readonly packages?: RegExp;
  /** The files that it may name by URL: to start as a worker, or to serve. */
  readonly mayName?: RegExp;
}

/** Files that compute and nothing else: no I/O, no clock, no randomness, no package. */
export const PURE_FILES =
  /^(replicate\/wal\/.+|replicate\/(duration|errors|position|generation|object_key|object_store|listing|checkpoint_policy|lag_watch|request_prices|sqlite_version|retention_plan|restore_plan|snapshot_policy|commands\/(flags|shell_words|table))|server\/(paste|lru|expiry|range|accept_encoding|entity_tag|zstd_frames|rate_limit))\.ts$/;

const NOTHING = /^(?!)/;

const LAYERS: readonly Layer[] = [
  { name: "main.ts", files: /^main\.ts$/, mayImport: /^(server|replicate)\/mod\.ts$/, packages: NOTHING },
  { name: "replicate/wal/", files: /^replicate\/wal\//, mayImport: /^replicate\/wal\//, packages: NOTHING },
  {
    name: "replicate/lz4/",
    files: /^replicate\/lz4\//,
    mayImport: /^replicate\/(lz4\/|release\.ts$)/,
    packages: /^(lz4-napi|xxhash-wasm|node:buffer)$/,
  },
  { name: "a pure file", files: PURE_FILES, mayImport: PURE_FILES, packages: NOTHING },
  {
    name: "replicate/s3/",
    files: /^replicate\/s3\//,
    mayImport: /^replicate\/(s3\/.+|object_store|object_key|errors|retry|clock|release)\.ts$|^replicate\/s3\//,
  },
  {
    name: "replicate/replication.ts",
    files: /^replicate\/replication\.ts$/,
    mayImport:
      /^replicate\/(protocol|events|config|position|errors|clock|retry|commit_ledger|replication_health|tally|writer_status)\.ts$/,
    mayName: /^replicate\/worker\.ts$/,
  },
  { name: "version.ts", files: /^replicate\/commands\/version\.ts$/, mayImport: /^(replicate\/|deno\.json$)/ },
  { name: "replicate/", files: /^replicate\//, mayImport: /^replicate\//, mayName: /^replicate\// },
  { name: "server/", files: /^server\//, mayImport: /^server\//, mayName: /^(server|static)(\/|$)/ },
  { name: "static/", files: /^static\//, mayImport: /^static\//, packages: NOTHING, mayName: /^static\// },
];

/** Where each package is at home: the program's other files do without it. */
const PACKAGE_HOMES: readonly (readonly [packages: RegExp, home: RegExp])[] = [
  [/^libsql$/, /^(server\/database|replicate\/connection)\.ts$/],
  [/^aws4fetch$/, /^replicate\/s3\/signer\.ts$/],
  [/^hono$/, /^server\//],
  [/^@highlightjs\/cdn-assets$/, /^server\/routes\/assets\.ts$/],
  [/^(nanoid|@logtape\/logtape)$/, /^server\//],
  [/^re2js$/, /^server\/line_matcher\.ts$/],
  [/^fast-xml-parser$/, /^replicate\//],
  [/^prom-client$/, /^(server\/prometheus|replicate\/(prometheus|metric_set))\.ts$/],
  [/^zod$/, /^(server|replicate)\//],
  [/^@std\/(?!assert)/, /^(server|replicate)\//],
  [/^node:timers/, /(^|\/)clock\.ts$/],
  // Two SQLite libraries on one file in one process exclude nothing: both commit, and one of the rows is lost.
  [/^node:(?!sqlite|timers|test)/, /^(server|replicate)\//],
];

/**
 * Checks the program's imports against the table.
 *
 * @param imports The imports of all files; those of tests and benchmarks are free.
 * @returns What is not allowed.
 */
export function checkLayers(imports: readonly Import[]): Violation[] {
  return imports.flatMap((edge) => {
    const layer = LAYERS.find(({ files }) => files.test(edge.from));
    const message = layer &&
      (edge.file === undefined ? packageProblem(edge, layer) : fileProblem(edge.file, edge, layer));
    return message ? [{ path: edge.from, line: edge.line, message }] : [];
  });
}

function fileProblem(file: string, edge: Import, layer: Layer): string | undefined {
  const allowed = edge.kind === "url" ? layer.mayName ?? NOTHING : layer.mayImport;
  return allowed.test(file) ? undefined : `${layer.name} may not import ${file}`;
}

function packageProblem(edge: Import, layer: Layer): string | undefined {
  if (/^(npm|jsr|https?):/.test(edge.specifier)) {
    return `names the package "${edge.specifier}" itself; give it a name in the import map of deno.json`;
  }
  const name = packageName(edge.specifier);
  if (layer.packages) {
    return layer.packages.test(name) ? undefined : `${layer.name} may not import the package "${name}"`;
  }
  const home = PACKAGE_HOMES.find(([packages]) => packages.test(name));
  if (home?.[1].test(edge.from)) return undefined;
  return `may not import the package "${name}"; see "Who may import whom" in ARCHITECTURE.md`;
}

/** `hono/html` belongs to the package `hono`; of a scope, the first two names count. */
function packageName(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
