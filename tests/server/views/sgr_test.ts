import { assertEquals } from "@std/assert";
import { SgrRenderer, stripSequences } from "../../../server/views/sgr.ts";

function render(line: string): string {
  return new SgrRenderer().render(line);
}

Deno.test("SgrRenderer.render() turns colours and attributes into classes", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["plain", "plain"],
    ["\x1b[31mred\x1b[0m.", '<span class="f1">red</span>.'],
    ["\x1b[1;92mok\x1b[m.", '<span class="sb f10">ok</span>.'],
    ["\x1b[38;5;208mx\x1b[39my", '<span class="f208">x</span>y'],
    ["\x1b[38:5:208mx", '<span class="f208">x</span>'],
    ["\x1b[48;5;24;97mx", '<span class="b24 g15">x</span>'],
    ["\x1b[38;2;255;0;0mx", '<span class="f196">x</span>'],
    ["\x1b[38:2::255:0:0mx", '<span class="f196">x</span>'],
    ["\x1b[7mx\x1b[27my", '<span class="sr">x</span>y'],
    ["\x1b[7;31mx", '<span class="sr b1">x</span>'],
    ["\x1b[1mb\x1b[22mn", '<span class="sb">b</span>n'],
    ["\x1b[3;4;9mx\x1b[23;24;29my", '<span class="si su ss">x</span>y'],
  ];
  for (const [line, html] of cases) assertEquals(render(line), html, JSON.stringify(line));
});

Deno.test("SgrRenderer.render() gives text that would vanish in its background another colour", () => {
  assertEquals(render("\x1b[31;41mx"), '<span class="b1">x</span>');
});

Deno.test("SgrRenderer.render() goes on in the colour of the line before", () => {
  const renderer = new SgrRenderer();
  assertEquals(renderer.render("\x1b[31ma"), '<span class="f1">a</span>');
  assertEquals(renderer.render("b"), '<span class="f1">b</span>');
  assertEquals(renderer.render("\x1b[0mc"), "c");
});

Deno.test("SgrRenderer.render() escapes text, and shows what is no complete sequence", () => {
  assertEquals(render("\x1b[31m<b>&"), '<span class="f1">&lt;b&gt;&amp;</span>');
  assertEquals(render("\x1b[31"), "\u241b[31");
  assertEquals(render("\x1b]0;never ended"), "\u241b]0;never ended");
  assertEquals(render("\x1b[999;38;5m\x1b[38;9mx"), '<span class="f0">x</span>');
});

Deno.test("stripSequences() leaves out every complete sequence, links and titles included", () => {
  assertEquals(
    stripSequences("\x1b]8;;https://x.example\x07link\x1b]8;;\x1b\\ \x1b[2K\x1b[?25l\x1b(Bx\x1b[1my"),
    "link xy",
  );
  assertEquals(stripSequences("plain"), "plain");
});

Deno.test("stripSequences() takes time in proportion to the text, whatever is in it", () => {
  for (const piece of ["\x1b[", "\x1b]", "\x1b[1;", "\x1b[1 "]) {
    assertEquals(stripSequences(piece.repeat(200_000)), piece.repeat(200_000));
  }
});
