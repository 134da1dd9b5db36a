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

/**
 * Writes a duration as Go does, no more exact than it is of use: to the second from ten seconds, to the tenth below.
 *
 * @param ms Milliseconds; may be negative.
 * @returns A text such as `1h2m3s`, `9.5s`, `20ms` or `0s`.
 */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1_000) return ms < 1 ? "0s" : `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${Math.floor(ms / 100) / 10}s`;
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}
