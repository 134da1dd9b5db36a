import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  BLOCK_LINES,
  MAX_RULER_LENGTH,
  MAX_SHOWN_LENGTH,
  MAX_SHOWN_LINES,
  measureText,
  textBlocks,
} from "../../../server/views/text_blocks.ts";

const PLAIN = { levels: false };

Deno.test("measureText() counts lines as an editor does", () => {
  const counts = ["a", "a\n", "a\nb", "a\r\nb\r\n", "\n\n"].map((text) => measureText(text).lines);
  assertEquals(counts, [1, 1, 2, 2, 2]);
});

Deno.test("measureText() measures the widest line, with tabs and without escape sequences", () => {
  assertEquals(measureText("ab\nabcd\r\nc").width, 4);
  assertEquals(measureText("\ta").width, 9);
  assertEquals(measureText("12345678901\n\t\tx\n").width, 17);
  assertEquals(measureText("abc\tde\tf").width, 17);
  assertEquals(measureText("\x1b[31mabc\x1b[0m").width, 3);
  assertEquals(measureText("x".repeat(10_000)).width, MAX_RULER_LENGTH);
});

Deno.test("measureText() tells how much of a text is shown", () => {
  const { lines, shownLines } = measureText("a\n".repeat(MAX_SHOWN_LINES + 5));
  assertEquals([lines, shownLines], [MAX_SHOWN_LINES + 5, MAX_SHOWN_LINES]);
  assertEquals(measureText(`a\n${"x".repeat(MAX_SHOWN_LENGTH)}`).shownLines, 1);
});

Deno.test("textBlocks() puts a fixed number of lines into each block but the last", () => {
  const blocks = [...textBlocks("a\n".repeat(2 * BLOCK_LINES + 1), PLAIN)];
  assertEquals(blocks.map((block) => block.split("</span>").length - 1), [BLOCK_LINES, BLOCK_LINES, 1]);
  assert(blocks[0]?.startsWith('<pre class="block"><span id=L1 data-n=1>'));
  assertStringIncludes(blocks[2] ?? "", '<pre class="block last"><span id=L401 data-n=401>');
});

Deno.test("the style sheet and the script count on the same block", async () => {
  for (
    const [file, text] of [["viewer.css", `${BLOCK_LINES} * var(--row)`], [
      "line_view.js",
      `BLOCK_LINES = ${BLOCK_LINES};`,
    ]]
  ) {
    assertStringIncludes(await Deno.readTextFile(new URL(`../../../static/${file}`, import.meta.url)), text ?? "");
  }
});

Deno.test("textBlocks() ends lines at LF and CRLF, and shows a lone CR", () => {
  assertEquals(
    [...textBlocks("a\r\nb\rc\n", PLAIN)].join(""),
    '<pre class="block last"><span id=L1 data-n=1>a\n</span><span id=L2 data-n=2>b\u240dc\n</span></pre>\n',
  );
});

Deno.test("textBlocks() marks levels, below colours too, and very long lines", () => {
  assertStringIncludes(
    [...textBlocks("\x1b[31mERROR\x1b[0m x", { levels: true })].join(""),
    ' class="e"><span class="f1">ERROR',
  );
  assertStringIncludes([...textBlocks(`WARN ${"x".repeat(20_000)}`, { levels: true })].join(""), ' class="w long">');
});
