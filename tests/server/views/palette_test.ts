import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { isReadable, nearestColor, PALETTE, paletteCss } from "../../../server/views/palette.ts";

Deno.test("PALETTE has the 256 colours of xterm", () => {
  assertEquals(PALETTE.length, 256);
  assertEquals([PALETTE[16], PALETTE[21], PALETTE[231], PALETTE[232], PALETTE[255]], [
    [0, 0, 0],
    [0, 0, 255],
    [255, 255, 255],
    [8, 8, 8],
    [238, 238, 238],
  ]);
});

Deno.test("nearestColor() finds exact entries, and the closest to all others", () => {
  assertEquals(nearestColor([255, 0, 0]), 196);
  assertEquals(nearestColor([250, 3, 4]), 196);
  assertEquals(nearestColor([19, 18, 17]), 233);
});

Deno.test("isReadable() compares two colours of the palette", () => {
  assert(isReadable(231, 16));
  assertFalse(isReadable(196, 197));
});

Deno.test("paletteCss() colours text so that it can be read on both papers, and on chosen lines", async () => {
  const css = paletteCss();
  const sheet = await Deno.readTextFile(new URL("../../../static/style.css", import.meta.url));
  const papers = ["--paper", "--selected"].map((name) =>
    new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(sheet) ?? []
  );
  assertEquals(papers.map((colors) => colors.length), [3, 3]);
  for (let i = 0; i < 256; i++) {
    const [, light = "", dark = ""] =
      new RegExp(`^\\.f${i}\\{color:light-dark\\((#\\w{6}),(#\\w{6})\\)\\}$`, "m").exec(css) ?? [];
    for (const [, onLight = "", onDark = ""] of papers) {
      assert(contrast(light, onLight) >= 4.5, `${i} on ${onLight}: ${light}`);
      assert(contrast(dark, onDark) >= 4.5, `${i} on ${onDark}: ${dark}`);
    }
    const [, paper = "", text = ""] =
      new RegExp(`^\\.b${i}\\{background:(#\\w{6});color:(#\\w{6})\\}$`, "m").exec(css) ?? [];
    assert(contrast(paper, text) >= 4.5, `text on ${i}`);
  }
  assertStringIncludes(css, ".g196{color:#ff0000}\n");
});

function contrast(a: string, b: string): number {
  const [x = 0, y = 0] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
