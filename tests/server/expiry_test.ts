import { assertEquals } from "@std/assert";
import { expiryAfter, formatExpiry, formatInstant, isExpired, parseExpiry } from "../../server/expiry.ts";

Deno.test("parseExpiry() and formatExpiry() are each other's reverse", () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ["1s", 1000],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["3d", 259_200_000],
    ["1w", 604_800_000],
    ["never", null],
  ];
  for (const [text, ms] of cases) assertEquals([parseExpiry(text), formatExpiry(ms)], [ms, text]);
  assertEquals([parseExpiry("1H"), parseExpiry("NEVER"), parseExpiry("7d")], [3_600_000, null, 604_800_000]);
});

Deno.test("parseExpiry() returns undefined for what is no time", () => {
  for (const text of ["", "0s", "1", "h", "1.5h", "-1h", "1y", " 1h", "1h1h", "36526d", "99999999999s", "Infinityh"]) {
    assertEquals(parseExpiry(text), undefined, text);
  }
  assertEquals(parseExpiry("36525d"), 36_525 * 86_400_000);
});

Deno.test("expiryAfter() ends on a whole second, never too early", () => {
  assertEquals([expiryAfter(1_500, 1000), expiryAfter(2_000, 1000), expiryAfter(5, null)], [3_000, 3_000, null]);
});

Deno.test("isExpired() counts the very moment", () => {
  assertEquals([isExpired(null, 9e15), isExpired(1000, 999), isExpired(1000, 1000)], [false, false, true]);
});

Deno.test("formatInstant() writes RFC 3339 in whole seconds", () => {
  assertEquals(formatInstant(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), "2026-01-02T03:04:05Z");
});
