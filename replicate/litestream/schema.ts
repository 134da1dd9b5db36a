/**
 * The keys of a `litestream.yml` and the form of their values.
 *
 * @module
 */

import { z } from "zod";
import { parseDuration } from "../duration.ts";

/** Go's YAML takes the words of YAML 1.1 for booleans. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

const text = z.string({
  error: ({ input }) => input === undefined ? "it must be there" : "it must be a text: put it in quotes",
});

/** What to say of an entry that is something else altogether; unknown keys have words of their own. */
const KEYED = {
  error: ({ code }: { readonly code: string }) => code === "invalid_type" ? "it must hold keys and values" : undefined,
};

const flag = z.preprocess(
  (value) => typeof value === "string" ? BOOLEANS[value.toLowerCase()] ?? value : value,
  z.boolean({ error: "it must be true or false" }),
);

const duration = z.preprocess(String, z.string()).transform((value, context) => {
  const ms = parseDuration(value.replace(/^-/, ""));
  if (ms !== null) return value.startsWith("-") ? 0 : ms;
  context.addIssue(`it must be a duration such as "10s": current value is "${value}"`);
  return z.NEVER;
});

const count = z.number({ error: "it must be a whole number" }).int("it must be a whole number").nonnegative(
  "it must not be negative",
);

function isMoreThanNothing(value: number): boolean {
  return value > 0;
}

const AT_LEAST_SOME = "it must be more than 0";

const credentials = { "access-key-id": text.optional(), "secret-access-key": text.optional() };

const replicaSchema = z.strictObject({
  type: text.optional(),
  name: text.optional(),
  path: text.optional(),
  url: text.optional(),
  retention: duration.optional(),
  "retention-check-interval": duration.optional(),
  "sync-interval": duration.optional(),
  "snapshot-interval": duration.optional(),
  "validation-interval": duration.optional(),
  ...credentials,
  region: text.optional(),
  bucket: text.optional(),
  endpoint: text.optional(),
  "force-path-style": flag.optional(),
  "skip-verify": flag.optional(),
}, KEYED);

const databaseSchema = z.strictObject({
  path: text,
  "meta-path": text.optional(),
  "monitor-interval": duration.refine(isMoreThanNothing, AT_LEAST_SOME).optional(),
  "checkpoint-interval": duration.optional(),
  "min-checkpoint-page-count": count.refine(isMoreThanNothing, AT_LEAST_SOME).optional(),
  "max-checkpoint-page-count": count.optional(),
  replicas: z.array(replicaSchema, { error: "it must be a list" }).optional(),
}, KEYED);

const loggingSchema = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"], { error: "it must be debug, info, warn or error" }).optional(),
  type: z.enum(["text", "json"], { error: "it must be text or json" }).optional(),
  stderr: flag.optional(),
}, KEYED);

/** A whole document. */
export const configSchema = z.strictObject({
  addr: text.optional(),
  exec: text.optional(),
  ...credentials,
  logging: loggingSchema.optional(),
  dbs: z.array(databaseSchema, { error: "it must be a list" }).optional(),
}, KEYED);

/**
 * Takes out what has no value, as an unset variable leaves it: to Litestream such a key is absent.
 *
 * @param value A document, or a part of it.
 * @returns The same without empty keys.
 */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== "");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

/** A document as it stands in the file. */
export type RawConfig = z.infer<typeof configSchema>;

/** One entry of `dbs`. */
export type RawDatabase = z.infer<typeof databaseSchema>;

/** One entry of `replicas`. */
export type RawReplica = z.infer<typeof replicaSchema>;

/** Keys that Litestream knows, and why they are refused here: to ignore them would do something else than is meant. */
const REFUSED_KEYS: Readonly<Record<string, string>> = {
  age: "encryption is not supported, and an upload in the clear is not what it asks for",
  "account-name": "Azure is not supported",
  "account-key": "Azure is not supported",
  host: "SFTP is not supported",
  user: "SFTP is not supported",
  password: "SFTP is not supported",
  "key-path": "SFTP is not supported",
  levels: "it is a key of Litestream v0.5",
  replica: `it is a key of Litestream v0.5: use "replicas", a list`,
  snapshot: `it is a key of Litestream v0.5: use "snapshot-interval" and "retention" of a replica`,
  "busy-timeout": "it is a key of Litestream v0.5",
  "mcp-addr": "it is a key of Litestream v0.5",
};

/**
 * Says what is wrong with a document.
 *
 * @param issues What the schema found.
 * @returns A sentence for each problem; it names the key's place in the document, and no value that may be a secret.
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [problemAt(issue.path, issue.message)];
    return issue.keys.map((key) => problemAt([...issue.path, key], REFUSED_KEYS[key] ?? "there is no such key"));
  });
}

/**
 * Words a problem.
 *
 * @param path The keys that lead to it.
 * @param problem What is wrong.
 * @returns A sentence such as `dbs[0].replicas[1].retention: it must be …`.
 */
export function problemAt(path: readonly PropertyKey[], problem: string): string {
  const place = path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").replace(/^\./, "");
  return place === "" ? problem : `${place}: ${problem}`;
}
