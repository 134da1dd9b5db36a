import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../replicate/commands/flags.ts";
import { splitWords } from "../../../replicate/commands/shell_words.ts";

Deno.test("splitWords() splits as a shell does", () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    "myapp": ["myapp"],
    "  myapp\t-addr  :8080\n": ["myapp", "-addr", ":8080"],
    "sh -c 'a && b; echo \"$HOME\"'": ["sh", "-c", `a && b; echo "$HOME"`],
    'say "one two" three': ["say", "one two", "three"],
    'say "a \\"quoted\\" \\\\ \\n"': ["say", 'a "quoted" \\ \\n'],
    "say a\\ b '' \"\"": ["say", "a b", "", ""],
    "pre'fix'\"ed\"": ["prefixed"],
    "echo $HOME costs 5$": ["echo", "$HOME", "costs", "5$"],
    "curl 'http://host/?a=1&b=2' --ümlaut": ["curl", "http://host/?a=1&b=2", "--ümlaut"],
  };
  for (const [text, words] of Object.entries(table)) assertEquals(splitWords(text), words, text);
});

Deno.test("splitWords() refuses what only a shell can do, and what does not end", () => {
  const table: Readonly<Record<string, string>> = {
    "": "has no words",
    "   ": "has no words",
    "a && b": `"&" needs a shell`,
    "a | b": `"|" needs a shell`,
    "a; b": `";" needs a shell`,
    "a > out": `">" needs a shell`,
    "a < in": `"<" needs a shell`,
    "a `b`": '"`" needs a shell',
    "a $(b)": `"$" needs a shell`,
    "say 'one": "what begins with ' does not end",
    'say "one': 'what begins with " does not end',
    "say one\\": "what begins with \\ does not end",
  };
  for (const [text, said] of Object.entries(table)) assertThrows(() => splitWords(text), UsageError, said, text);
});
