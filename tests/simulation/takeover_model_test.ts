/**
 * The protocol by which instances take a replica over from each other, explored: the engine's own code, on a store in
 * memory, one request at a time, with instances that die, replies that are lost and requests that arrive late.
 *
 * In every state, what the next start would restore has to go on from every history that was acknowledged. The
 * explorations are complete: each goes through every interleaving of its world, up to what makes no difference (see
 * `model_world.ts`). What is bounded is the world: who does what, how often it starts, and what goes wrong.
 */

import { assert, assertEquals } from "@std/assert";
import { exploreAll, exploreOne } from "../support/model_explorer.ts";
import type { Act } from "../support/model_instance.ts";
import type { State, WorldOptions } from "../support/model_world.ts";
import { withRandom } from "../support/random.ts";
import { effort, IS_TORTURE } from "../support/torture.ts";

interface Case extends WorldOptions {
  readonly name: string;
  /** Whether it takes too long for every run. */
  readonly isLong?: boolean;
}

const NOTHING_GOES_WRONG = { losses: 0, crashes: 0 };
const THREE: Act[][] = [["commit"], ["commit"], ["commit"]];

const CASES: readonly Case[] = [
  { name: "one that stops", scripts: [["commit", "close"], ["commit"]], startsMax: 2, ...NOTHING_GOES_WRONG },
  {
    name: "a WAL restarts",
    scripts: [["commit", "restart", "commit"], ["commit"]],
    startsMax: 2,
    ...NOTHING_GOES_WRONG,
  },
  {
    name: "a generation ends",
    scripts: [["commit", "anew", "commit"], ["commit"]],
    startsMax: 2,
    ...NOTHING_GOES_WRONG,
  },
  { name: "a reply is lost", scripts: [["commit", "close"], ["commit"]], startsMax: 1, losses: 1, crashes: 0 },
  {
    name: "a reply is lost as a generation ends",
    scripts: [["commit", "anew", "commit"], ["commit"]],
    startsMax: 1,
    losses: 1,
    crashes: 0,
  },
  {
    name: "a reply is lost, and each starts twice",
    scripts: [["commit", "close"], ["commit"]],
    startsMax: 2,
    losses: 1,
    crashes: 0,
    isLong: true,
  },
  {
    name: "one dies",
    scripts: [["commit", "restart", "commit"], ["commit"]],
    startsMax: 2,
    losses: 0,
    crashes: 1,
  },
  {
    name: "one dies, and a reply is lost",
    scripts: [["commit", "restart", "anew", "commit", "close"], ["commit"]],
    startsMax: 1,
    losses: 1,
    crashes: 1,
  },
  { name: "three at once", scripts: THREE, startsMax: 1, ...NOTHING_GOES_WRONG },
  { name: "three at once, and one dies", scripts: THREE, startsMax: 1, losses: 0, crashes: 1 },
  {
    name: "three, of which one is the owner, one dies, and a reply is lost",
    scripts: [["commit", "restart", "commit"], ["commit"], ["commit"]],
    isOwned: true,
    startsMax: 1,
    losses: 1,
    crashes: 1,
  },
  {
    name: "three, of which one is the owner and begins a generation, and one dies",
    scripts: [["commit", "anew", "commit"], ["commit"], ["commit"]],
    isOwned: true,
    startsMax: 1,
    losses: 0,
    crashes: 1,
  },
  {
    name: "a busy owner is blocked, dies, and a reply is lost",
    scripts: [["commit", "commit", "restart", "commit"], ["commit"]],
    startsMax: 1,
    losses: 1,
    crashes: 1,
    chasesMax: 0,
  },
  {
    name: "a busy owner is blocked by two",
    scripts: [["commit", "commit", "restart", "commit"], ["commit"], ["commit"]],
    isOwned: true,
    startsMax: 1,
    losses: 0,
    crashes: 1,
    chasesMax: 1,
  },
  { name: "three at once, and a reply is lost", scripts: THREE, startsMax: 1, losses: 1, crashes: 0, isLong: true },
];

for (const { name, isLong = false, ...world } of CASES) {
  if (isLong && !IS_TORTURE) continue;
  Deno.test(`nothing acknowledged is lost in any interleaving of two or three instances: ${name}`, async () => {
    const { states, violation } = await exploreAll(world);
    assertEquals(violation, null);
    assert(states > 1_000, `it explored ${states} states`);
  });
}

Deno.test("nothing acknowledged is lost in long courses of events with five instances", async () => {
  await withRandom(async (random) => {
    const acts: readonly Act[] = ["commit", "commit", "restart", "anew"];
    const ends: readonly Act[] = ["commit", "close"];
    const script = (): Act[] => [...Array.from({ length: 5 }, () => random.pick(acts)), random.pick(ends)];
    const walks = effort({ short: 60, long: 3_000 });
    for (let walk = 0; walk < walks; walk++) {
      const scripts = Array.from({ length: 5 }, script);
      const world = { scripts, startsMax: 10, losses: 3, crashes: 3, isReduced: false };
      assertEquals((await exploreOne(world, random)).violation, null);
    }
  });
});

Deno.test("the exploration finds the loss when a store overwrites, and when a log is not closed before it is read", async () => {
  const scripts: Act[][] = [["commit", "commit"], ["commit"]];
  for (const broken of [{ isConditional: false }, { isFenced: false }, { isFenced: false, isReduced: false }]) {
    const { violation } = await exploreAll({ scripts, startsMax: 1, ...NOTHING_GOES_WRONG, ...broken });
    assert(violation?.startsWith("lost: "), `${JSON.stringify(broken)}: ${violation}`);
  }
});

const SMALL_WORLDS: readonly Omit<Case, "isLong">[] = [
  { name: "nothing goes wrong", scripts: [["commit", "close"], ["commit"]], startsMax: 1, ...NOTHING_GOES_WRONG },
  { name: "one dies", scripts: [["commit", "restart", "commit"], ["commit"]], startsMax: 1, losses: 0, crashes: 1 },
  { name: "a reply is lost", scripts: [["commit", "close"], []], startsMax: 1, losses: 1, crashes: 0 },
  {
    name: "both",
    scripts: [["commit", "anew", "close"], ["commit"]],
    isOwned: true,
    startsMax: 1,
    losses: 1,
    crashes: 1,
  },
  {
    name: "three",
    scripts: [["commit"], ["commit"], ["close"]],
    isOwned: true,
    startsMax: 1,
    losses: 1,
    crashes: 1,
  },
  {
    name: "a busy owner is blocked",
    scripts: [["commit", "commit", "restart"], ["commit"]],
    isOwned: true,
    startsMax: 1,
    losses: 0,
    crashes: 1,
    chasesMax: 0,
  },
  { name: "twins", scripts: [["commit"], ["commit"]], startsMax: 1, losses: 0, crashes: 1 },
];

for (const { name, ...world } of SMALL_WORLDS) {
  Deno.test(`a reduced exploration comes to the same ends as one that leaves nothing out: ${name}`, async () => {
    const [reduced, whole] = [await exploreAll(world), await exploreAll({ ...world, isReduced: false })];
    assertEquals([reduced.violation, whole.violation], [null, null]);
    assert(reduced.states < whole.states / 2, `${reduced.states} of ${whole.states} states`);
    const areTwins = name === "twins";
    assertEquals(describeEnds(reduced.ends, { areTwins }), describeEnds(whole.ends, { areTwins }));
  });
}

/** What may stand in the store at the end, and what was acknowledged; for twins, whichever of them it was. */
function describeEnds(ends: readonly State[], { areTwins }: { readonly areTwins: boolean }): string[] {
  const texts = new Set(ends.map(({ content, behaviours }) => {
    const acknowledged = behaviours.map((behaviour) => behaviour.acknowledged);
    if (!areTwins) return [content.bucket.fingerprint(), ...acknowledged].join("\n");
    const keys = content.bucket.fingerprint().replaceAll(/=.*/g, "").split("\n");
    const told = [keys, [...keys].map(otherName)].map((lines, i) =>
      [...lines, ...i === 0 ? acknowledged : acknowledged.map(otherName)].sort().join("\n")
    );
    return told.sort()[0] ?? "";
  }));
  return Array.from(texts).sort();
}

/** The same of the other twin. */
function otherName(text: string): string {
  return text.replaceAll(/\b[ab](?=\d+\.)|(?<=generations\/)6[12]/g, (name) => {
    return { a: "b", b: "a", "61": "62" }[name] ?? "61";
  });
}
