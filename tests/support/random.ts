/**
 * Randomness that can be had again: everything follows from one seed.
 *
 * @module
 */

/** The environment variables that repeat a run, each a whole number; the first that is set counts. */
const SEED_VARIABLES = ["TORTURE_SEED", "TEST_SEED"] as const;

const WORDS = [
  "GET",
  "POST",
  "/index.html",
  "/api/v1/pastes",
  "200",
  "404",
  "127.0.0.1",
  "curl/7.88.1",
  "error:",
  "ok",
];

/** A source of random values. The same seed gives the same values in the same order. */
export interface Random {
  /** What everything follows from. */
  readonly seed: number;
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** Bytes that do not compress. */
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** Bytes of text like a log's, which compress well. */
  text(count: number): Uint8Array<ArrayBuffer>;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** The bytes cut into pieces at random places; some pieces are empty. */
  pieces(bytes: Uint8Array, maxPieceBytes: number): Uint8Array[];
}

/**
 * Makes a source of random values.
 *
 * @param seed What the values follow from: a whole number; its lowest 32 bits count.
 * @returns The source.
 */
export function seededRandom(seed: number): Random {
  const next = mulberry32(seed);
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new RangeError("Cannot pick from no items");
    return items[integer(0, items.length - 1)] as T;
  };
  return {
    seed,
    next,
    integer,
    pick,
    bytes: (count) => new Uint8Array(count).map(() => integer(0, 255)),
    text: (count) => {
      const lines: string[] = [];
      for (let size = 0; size < count;) {
        const line = `${pick(WORDS)} ${pick(WORDS)} ${integer(0, 9999)} ${pick(WORDS)}\n`;
        size += line.length;
        lines.push(line);
      }
      return new TextEncoder().encode(lines.join("")).slice(0, count);
    },
    pieces: (bytes, maxPieceBytes) => {
      const pieces: Uint8Array[] = [];
      for (let start = 0; start < bytes.byteLength;) {
        const piece = bytes.subarray(start, start + integer(0, maxPieceBytes));
        pieces.push(piece);
        start += piece.byteLength;
      }
      return pieces;
    },
  };
}

/**
 * Runs a test with randomness, and names the seed when it fails.
 *
 * @param body The test. The seed comes from `TORTURE_SEED` or `TEST_SEED`, else it is drawn.
 * @throws {Error} When the test fails; its message says how to repeat the run, its cause is the failure.
 */
export async function withRandom(body: (random: Random) => void | Promise<void>): Promise<void> {
  const name = SEED_VARIABLES.find((variable) => Deno.env.get(variable) !== undefined) ?? "TEST_SEED";
  const given = Deno.env.get(name);
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot read ${name} as it must be a whole number: current value is "${given}"`);
  }
  try {
    await body(seededRandom(seed));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Failed; to repeat the run set ${name}=${seed}: ${reason}`, { cause: error });
  }
}

/** The generator "mulberry32": 32 bits of state, enough for tests. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
