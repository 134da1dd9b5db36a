/**
 * The 256 colours of terminals, and how they are shown on light and on dark paper.
 *
 * @module
 */

/** Red, green and blue, each from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What is behind chosen lines in both themes, as the style sheet has it: the harder of its papers to read on. */
const LIGHT_PAPER: Rgb = [255, 245, 209];
const DARK_PAPER: Rgb = [56, 50, 26];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** What WCAG 2 asks of text (1.4.3), and a little more. */
const LEAST_CONTRAST = 4.6;

/** The share of black or white that is mixed in at a time, until the contrast is there. */
const MIX_STEP = 0.06;

/** The brightness steps of the colour cube. */
const CUBE_LEVELS = [0, 95, 135, 175, 215, 255] as const;

/** The first sixteen have no fixed values: these are calm ones. */
const NAMED: readonly Rgb[] = [
  [40, 44, 52],
  [196, 43, 43],
  [38, 139, 60],
  [176, 128, 0],
  [40, 100, 210],
  [163, 55, 170],
  [0, 140, 150],
  [190, 195, 200],
  [110, 118, 129],
  [235, 85, 80],
  [70, 180, 90],
  [214, 165, 30],
  [90, 150, 250],
  [205, 105, 215],
  [50, 185, 195],
  [240, 243, 246],
];

/** All 256. */
export const PALETTE: readonly Rgb[] = [...NAMED, ...cube(), ...greys()];

/**
 * Finds the entry of the colour cube or of the greys that is nearest to a colour.
 *
 * @param color Any colour.
 * @returns Its number, from 16 to 255.
 */
export function nearestColor(color: Rgb): number {
  let best = 16;
  let least = Infinity;
  for (let i = 16; i < PALETTE.length; i++) {
    const distance = distanceOf(color, PALETTE[i] ?? BLACK);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/**
 * Tells whether one colour of the palette can be read on another.
 *
 * @param text The number of the text's colour.
 * @param paper The number of the background's.
 * @returns Whether the contrast suffices.
 */
export function isReadable(text: number, paper: number): boolean {
  return contrast(PALETTE[text] ?? BLACK, PALETTE[paper] ?? WHITE) >= LEAST_CONTRAST;
}

/**
 * Writes the style sheet: `f0` to `f255` colour text so that both themes can be read, `b0` to `b255` give a background
 * and text that stands out from it, `g0` to `g255` then set the text's colour as it is.
 *
 * @returns CSS.
 */
export function paletteCss(): string {
  const rules = (write: (color: Rgb, number: number) => string): string => PALETTE.map(write).join("");
  return rules((color, i) => `.f${i}{color:light-dark(${hex(onLight(color))},${hex(onDark(color))})}\n`) +
    rules((color, i) => `.b${i}{background:${hex(color)};color:${hex(standingOutOf(color))}}\n`) +
    rules((color, i) => `.g${i}{color:${hex(color)}}\n`);
}

function onLight(color: Rgb): Rgb {
  return mixUntilReadable(color, { towards: BLACK, on: LIGHT_PAPER });
}

function onDark(color: Rgb): Rgb {
  return mixUntilReadable(color, { towards: WHITE, on: DARK_PAPER });
}

function standingOutOf(paper: Rgb): Rgb {
  return contrast(BLACK, paper) > contrast(WHITE, paper) ? BLACK : WHITE;
}

function mixUntilReadable(color: Rgb, { towards, on }: { readonly towards: Rgb; readonly on: Rgb }): Rgb {
  for (let share = 0; share < 1; share += MIX_STEP) {
    const mixed = mix(color, towards, share);
    if (contrast(mixed, on) >= LEAST_CONTRAST) return mixed;
  }
  return towards;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * share);
  return [part(0), part(1), part(2)];
}

/** The contrast ratio of WCAG 2. */
function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The relative luminance of WCAG 2. */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function distanceOf(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function hex(color: Rgb): string {
  return `#${color.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function cube(): Rgb[] {
  return CUBE_LEVELS.flatMap((red) =>
    CUBE_LEVELS.flatMap((green) => CUBE_LEVELS.map((blue): Rgb => [red, green, blue]))
  );
}

function greys(): Rgb[] {
  return Array.from({ length: 24 }, (_, i): Rgb => [8 + 10 * i, 8 + 10 * i, 8 + 10 * i]);
}
