import { assertEquals } from "@std/assert";
import { formatDuration, parseDuration } from "../../replicate/duration.ts";

Deno.test("parseDuration() reads numbers with units", () => {
  const table: Readonly<Record<string, number>> = {
    "0": 0,
    "0s": 0,
    "1ms": 1,
    "500ms": 500,
    "1s": 1_000,
    "1.5s": 1_500,
    "10m": 600_000,
    "1h": 3_600_000,
    "7d": 604_800_000,
    "1h30m": 5_400_000,
    "1m30s500ms": 90_500,
    "01s": 1_000,
  };
  for (const [text, ms] of Object.entries(table)) assertEquals(parseDuration(text), ms, text);
});

Deno.test("parseDuration() returns null when the text is no duration", () => {
  const texts = [
    "",
    " ",
    "1",
    "s",
    "1 s",
    " 1s",
    "1s ",
    "-1s",
    "+1s",
    "1e3s",
    ".5s",
    "1.s",
    "1S",
    "1sec",
    "1w",
    "1s,2s",
  ];
  for (const text of [...texts, "NaN", "Infinity", "1s\n", "0x1s", "٣s"]) assertEquals(parseDuration(text), null, text);
});

Deno.test("formatDuration() writes what Go writes, to the second from ten seconds", () => {
  const table: readonly (readonly [number, string])[] = [
    [0, "0s"],
    [0.4, "0s"],
    [250, "250ms"],
    [1_000, "1s"],
    [9_560, "9.5s"],
    [12_999, "12s"],
    [60_000, "1m0s"],
    [3_723_000, "1h2m3s"],
    [90_000_000, "25h0m0s"],
    [-1_500, "-1.5s"],
  ];
  for (const [ms, text] of table) assertEquals(formatDuration(ms), text);
});
