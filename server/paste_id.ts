/**
 * Paste ids: the second of creation, then randomness.
 *
 * @module
 */

/** The characters of an id, in the order of their bytes, so that ids sort by their time. */
export const PASTE_ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** How many characters of an id are random: 62⁷ are 3.5 · 10¹² for every second. */
export const PASTE_ID_RANDOM_LENGTH = 7;

/** How many characters of an id tell its second. */
const TIME_LENGTH = 5;

/** Ids count seconds from here. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** The last second that five characters can tell, in January 2055; ids stay unique after it, but no longer sort. */
const MAX_SECOND = PASTE_ID_ALPHABET.length ** TIME_LENGTH - 1;

/** Twelve characters of ours, or the eight of a LogPaste database. */
const PASTE_ID = /^[0-9A-Za-z]{8}(?:[0-9A-Za-z]{4})?$/;

/**
 * Makes an id. Ids that begin with their time keep the primary key's index growing at its edge: random ones would
 * dirty a random page of it with each insert.
 *
 * @param nowMs The time, in milliseconds since 1970; before 2026 counts as the first second of 2026.
 * @param random {@linkcode PASTE_ID_RANDOM_LENGTH} characters of {@linkcode PASTE_ID_ALPHABET} that nobody can guess.
 * @returns An id of twelve characters.
 */
export function formatPasteId(nowMs: number, random: string): string {
  let rest = Math.min(Math.max(Math.floor((nowMs - EPOCH_MS) / 1000), 0), MAX_SECOND);
  let time = "";
  for (let i = 0; i < TIME_LENGTH; i++) {
    time = PASTE_ID_ALPHABET.charAt(rest % PASTE_ID_ALPHABET.length) + time;
    rest = Math.floor(rest / PASTE_ID_ALPHABET.length);
  }
  return time + random;
}

/**
 * Tells whether a text may be the id of a paste, so that nothing else is looked up.
 *
 * @param text What stands in the path.
 * @returns Whether it has an id's form.
 */
export function isPasteId(text: string): boolean {
  return PASTE_ID.test(text);
}

/**
 * Reads the time of creation from an id.
 *
 * @param id An id of the right form.
 * @returns The time, in milliseconds since 1970; `null` for an id of LogPaste's, which tells none.
 */
export function pasteIdTime(id: string): number | null {
  if (id.length !== TIME_LENGTH + PASTE_ID_RANDOM_LENGTH) return null;
  let second = 0;
  for (const character of id.slice(0, TIME_LENGTH)) {
    second = second * PASTE_ID_ALPHABET.length + PASTE_ID_ALPHABET.indexOf(character);
  }
  return EPOCH_MS + second * 1000;
}
