/**
 * The signs on buttons, drawn here: nothing is fetched from anybody, and a sign font is not needed.
 *
 * @module
 */

import { raw } from "hono/html";
import type { Markup } from "./layout.ts";

const PATHS = {
  brand:
    "M4 1.5h8a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 13V3A1.5 1.5 0 0 1 4 1.5ZM5 5.5h6M5 8h6M5 10.5h3.5",
  up: "m4 10 4-4 4 4",
  down: "m4 6 4 4 4-4",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Zm3.3 7.8 3.2 3.2",
  filter: "M2 3.5h12M4.5 8h7M6.5 12.5h3",
  wrap: "M2 3.5h12M2 8h9.5a2.2 2.2 0 0 1 0 4.5H8m2-2-2 2 2 2M2 12.5h3",
  json:
    "M6 2.5c-2 0-2 1-2 2.2S4 8 2.5 8C4 8 4 9.8 4 11.2s0 2.3 2 2.3m4-11c2 0 2 1 2 2.2S12 8 13.5 8C12 8 12 9.8 12 11.2s0 2.3-2 2.3",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  download: "M8 2v8m-3.2-3L8 10.2 11.2 7M2.5 13.5h11",
  duplicate: "M8 3.5v9M3.5 8h9",
  raw: "m6 4-4 4 4 4m4-8 4 4-4 4",
  theme: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 0v12",
  help: "M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.8-1.1 1.7m0 2.4v.1M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Z",
} as const;

/** A sign's name. */
export type IconName = keyof typeof PATHS;

/**
 * Draws a sign, in the colour of the text around it.
 *
 * @param name Which one.
 * @returns Markup that assistive technology passes over.
 */
export function icon(name: IconName): Markup {
  return raw(
    `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="${PATHS[name]}"/></svg>`,
  );
}
