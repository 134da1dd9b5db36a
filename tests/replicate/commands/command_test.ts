import { assertEquals } from "@std/assert";
import { formatHelp } from "../../../replicate/commands/command.ts";

Deno.test("formatHelp() has the forms, the paragraphs, and the flags in a column, broken at its width", () => {
  const long = "a word ".repeat(20).trim();
  const text = formatHelp({
    name: "copy",
    summary: "Copies",
    usage: ["[flags] DB", "[flags] URL"],
    description: [long],
    flags: [
      { name: "o", value: "PATH", help: "where to" },
      { name: "quiet", value: null, help: long },
    ],
    run: () => Promise.resolve(0),
  });
  assertEquals(text.split("\n"), [
    "Usage: replicate copy [flags] DB",
    "       replicate copy [flags] URL",
    "",
    "Copies.",
    "",
    "a word ".repeat(13) + "a",
    "word " + "a word ".repeat(6).trim(),
    "",
    "Flags:",
    "  -o PATH  where to",
    "  -quiet   " + "a word ".repeat(12) + "a",
    "           word " + "a word ".repeat(7).trim(),
  ]);
});

Deno.test("formatHelp() leaves out what a command does not have", () => {
  const run = (): Promise<number> => Promise.resolve(0);
  const text = formatHelp({ name: "version", summary: "Prints it", usage: [""], description: [], flags: [], run });
  assertEquals(text, "Usage: replicate version\n\nPrints it.");
});
