/**
 * How long pastes stay.
 *
 * @module
 */

const SECOND_MS = 1000;

const UNIT_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3_600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
  w: 604_800 * SECOND_MS,
};

/** A hundred years; whoever wants more wants "never". */
const LONGEST_MS = 36_525 * 86_400 * SECOND_MS;

/** Which times people may write. */
export const EXPIRY_WISH = 'a time such as "10m", "1h" or "7d", or "never"';

/**
 * Reads how long something stays.
 *
 * @param text A whole number with a unit (s, m, h, d, w), or `never`.
 * @returns Milliseconds; `null` for never; `undefined` when it is neither, zero, or more than a hundred years.
 */
export function parseExpiry(text: string): number | null | undefined {
  if (/^never$/i.test(text)) return null;
  const [, digits = "", unit = ""] = /^(\d{1,10})([smhdw])$/i.exec(text) ?? [];
  const ms = Number(digits) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

/**
 * Writes how long something stays, in the largest unit that divides it.
 *
 * @param ms Whole seconds, in milliseconds; `null` for never.
 * @returns What {@linkcode parseExpiry} reads.
 */
export function formatExpiry(ms: number | null): string {
  if (ms === null) return "never";
  const units = Object.entries(UNIT_MS).toReversed();
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? ["s", SECOND_MS];
  return `${ms / size}${unit}`;
}

/**
 * Finds the moment at which something ends. Ends are whole seconds, which is what the database and RFC 3339 keep.
 *
 * @param nowMs The beginning.
 * @param expiresInMs How long it stays; `null` for ever.
 * @returns The end in milliseconds since 1970, never earlier than asked for; `null` when there is none.
 */
export function expiryAfter(nowMs: number, expiresInMs: number | null): number | null {
  return expiresInMs === null ? null : Math.ceil((nowMs + expiresInMs) / SECOND_MS) * SECOND_MS;
}

/**
 * Tells whether something has ended.
 *
 * @param expiresAt Its end; `null` when it has none.
 * @param nowMs The time.
 * @returns Whether it is over, the very moment included.
 */
export function isExpired(expiresAt: number | null, nowMs: number): boolean {
  return expiresAt !== null && expiresAt <= nowMs;
}

/** The last second that was written: under load thousands of pastes are created in it. */
let lastInstant = { second: 0, text: "1970-01-01T00:00:00Z" };

/**
 * Writes a moment as RFC 3339 has it, in whole seconds.
 *
 * @param ms Milliseconds since 1970.
 * @returns Such as `2026-01-02T03:04:05Z`.
 */
export function formatInstant(ms: number): string {
  const second = Math.floor(ms / SECOND_MS);
  if (second !== lastInstant.second) lastInstant = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return lastInstant.text;
}
