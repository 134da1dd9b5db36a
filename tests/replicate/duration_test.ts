import { assertEquals } from "@std/assert";
import { parseDuration } from "../../replicate/duration.ts";

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
