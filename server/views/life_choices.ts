/**
 * The lives that the upload page offers for a paste.
 *
 * @module
 */

import type { ExpiryLimits } from "../create_options.ts";
import { formatExpiry, parseExpiry } from "../expiry.ts";

/** One of them. */
export interface LifeChoice {
  /** What the option `expire` is given. */
  readonly value: string;
  /** What people read. */
  readonly text: string;
  /** Whether it is what a paste gets when nobody says. */
  readonly isDefault: boolean;
}

const USUAL = ["10m", "1h", "1d", "7d", "30d", "never"] as const;

const EXAMPLE_MS = 3_600_000;

const UNITS: Readonly<Record<string, string>> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };

/**
 * Chooses what to offer: the usual lives that the operator allows, the operator's default and the longest that is allowed.
 *
 * @param limits What the operator allows.
 * @returns The choices, the shortest first; exactly one of them is the default.
 */
export function lifeChoices({ defaultExpiryMs, maxExpiryMs }: ExpiryLimits): readonly LifeChoice[] {
  const usual = new Map(USUAL.map((value) => [parseExpiry(value) ?? null, value as string]));
  const lives = new Set([...usual.keys(), defaultExpiryMs, maxExpiryMs]);
  return [...lives]
    .filter((ms) => maxExpiryMs === null || ms !== null && ms <= maxExpiryMs)
    .toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity))
    .map((ms) => {
      const value = usual.get(ms) ?? formatExpiry(ms);
      return { value, text: inWords(value), isDefault: ms === defaultExpiryMs };
    });
}

/**
 * Chooses the life that examples ask for.
 *
 * @param limits What the operator allows.
 * @returns An hour, or less where that is too long.
 */
export function exampleLife({ maxExpiryMs }: Pick<ExpiryLimits, "maxExpiryMs">): string {
  return formatExpiry(Math.min(EXAMPLE_MS, maxExpiryMs ?? EXAMPLE_MS));
}

function inWords(value: string): string {
  const [, count = "", unit = ""] = /^(\d+)([smhdw])$/.exec(value) ?? [];
  const name = UNITS[unit];
  if (name === undefined) return value;
  return `${count} ${name}${count === "1" ? "" : "s"}`;
}
