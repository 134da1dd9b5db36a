import { assertEquals } from "@std/assert";
import { codeOnly, commentsOnly } from "./source_lexer.ts";

const SAMPLES: readonly (readonly [text: string, code: string])[] = [
  ["a // b", "a     "],
  ["a /* b\nc */ d", "a     \n     d"],
  ['f("a // b", c)', 'f("      ", c)'],
  ["'it\\'s' + x", "'     ' + x"],
  ["`a ${b + `c ${d}`} e` + f", "`  ${b + `  ${d}`}  ` + f"],
  ["`${{ a: 1 }}` + b", "`${{ a: 1 }}` + b"],
  ["x = /['\"]/g; y", "x = /    /g; y"],
  ["return /[/'](a)/.test(b)", "return /       /.test(b)"],
  ["(a / b) / c / 'd'", "(a / b) / c / ' '"],
  ["x = 'open\ny", "x = '    \ny"],
  ["`open\n${", "`    \n${"],
  ["/* open", "       "],
];

Deno.test("codeOnly() blanks comments, strings, templates and regular expressions, and nothing else", () => {
  for (const [text, code] of SAMPLES) assertEquals(codeOnly(text), code, JSON.stringify(text));
});

Deno.test("codeOnly() and commentsOnly() keep every offset", () => {
  for (const [text] of SAMPLES) {
    assertEquals(codeOnly(text).length, text.length, JSON.stringify(text));
    assertEquals(commentsOnly(text).length, text.length, JSON.stringify(text));
  }
});

Deno.test("commentsOnly() keeps the comments", () => {
  assertEquals(commentsOnly('a("// no"); // yes\n/* and */ b'), "            // yes\n/* and */  ");
});
