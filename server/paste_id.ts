/**
 * Paste ids: the time of creation, then randomness.
 *
 * @module
 */

/** The characters of an id, in the order of their bytes, so that ids sort by their time. */
export const PASTE_ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** How many characters of an id are random: 62⁶ are 5.7 · 10¹⁰ for every tick, 3.5 · 10¹² for every second. */
export const PASTE_ID_RANDOM_LENGTH = 6;

/** How many characters of an id tell its time: five its second, and one the tick within that. */
const TIME_LENGTH = 6;

/** How many ticks a second has: one for each character of the alphabet. */
const TICKS_PER_SECOND = PASTE_ID_ALPHABET.length;

/** Ids count seconds from here. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** The last tick that can be told, in January 2055; ids stay unique after it, but no longer sort. */
const MAX_TICK = PASTE_ID_ALPHABET.length ** TIME_LENGTH - 1;

/** Twelve characters of ours, or the eight of a LogPaste database. */
const PASTE_ID = /^[0-9A-Za-z]{8}(?:[0-9A-Za-z]{4})?$/;

/**
 * Makes an id. Ids that begin with their time keep the primary key's index growing at its edge: random ones would
 * dirty a random page of it with each insert. The second alone is too coarse for that under load: at 20,000 pastes a
 * second, ids in a random order within it dirty as many pages of the index as of the table.
 *
 * @param nowMs The time, in milliseconds since 1970; before 2026 counts as the first tick of 2026.
 * @param random {@linkcode PASTE_ID_RANDOM_LENGTH} characters of {@linkcode PASTE_ID_ALPHABET} that nobody can guess.
 * @returns An id of twelve characters.
 */
export function formatPasteId(nowMs: number, random: string): string {
  let rest = Math.min(Math.max(Math.floor((nowMs - EPOCH_MS) * TICKS_PER_SECOND / 1000), 0), MAX_TICK);
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
 * Reads the second of creation from an id. The tick is left alone: in the first ids that there were it is random.
 *
 * @param id An id of the right form.
 * @returns The time, in milliseconds since 1970; `null` for an id of LogPaste's, which tells none.
 */
export function pasteIdTime(id: string): number | null {
  if (id.length !== TIME_LENGTH + PASTE_ID_RANDOM_LENGTH) return null;
  let second = 0;
  for (const character of id.slice(0, TIME_LENGTH - 1)) {
    second = second * PASTE_ID_ALPHABET.length + PASTE_ID_ALPHABET.indexOf(character);
  }
  return EPOCH_MS + second * 1000;
}
