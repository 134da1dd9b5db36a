/**
 * Durations as people write them: `1s`, `500ms`, `1h30m`.
 *
 * @module
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

const PART_PATTERN = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Reads a duration.
 *
 * @param text Numbers with units, the largest first by habit: `ms`, `s`, `m`, `h`, `d`. A plain `0` needs no unit.
 * @returns Milliseconds, or null when the text is no duration.
 */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  if (!DURATION_PATTERN.test(text)) return null;
  let ms = 0;
  for (const [, count = "", unit = ""] of text.matchAll(PART_PATTERN)) ms += Number(count) * (UNIT_MS[unit] ?? 0);
  return ms;
}
