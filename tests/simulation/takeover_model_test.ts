/**
 * The protocol by which instances take a replica over from each other, explored: the engine's own code, on a store in
 * memory, one request at a time, with instances that die, replies that are lost and requests that arrive late.
 *
 * After every step, all that was acknowledged has to be in what the next start would restore. For a deeper search set
 * MODEL_PREEMPTIONS (default 2) and MODEL_WALKS (default 60).
 */

import { assert, assertEquals } from "@std/assert";
import type { Act } from "../support/model_instance.ts";
import { exploreAll, exploreOne } from "../support/model_explorer.ts";
import { withRandom } from "../support/random.ts";

const PREEMPTIONS = Number(Deno.env.get("MODEL_PREEMPTIONS") ?? 2);
const WALKS = Number(Deno.env.get("MODEL_WALKS") ?? 60);

interface Case {
  readonly name: string;
  readonly scripts: readonly (readonly Act[])[];
  readonly losses: number;
  readonly crashes: number;
  /** Fewer interruptions than elsewhere, where there is more to interrupt. */
  readonly preemptions?: number;
}

const CASES: readonly Case[] = [
  { name: "one that stops and one that starts", scripts: [["commit", "close"], ["commit"]], losses: 0, crashes: 0 },
  { name: "a WAL that is restarted", scripts: [["commit", "restart", "commit"], ["commit"]], losses: 0, crashes: 0 },
  { name: "a generation that ends", scripts: [["commit", "anew", "commit"], ["commit"]], losses: 0, crashes: 0 },
  { name: "a reply that is lost", scripts: [["commit", "close"], ["commit"]], losses: 1, crashes: 0, preemptions: 1 },
  {
    name: "a reply that is lost as a generation ends",
    scripts: [["commit", "anew", "commit"], ["commit"]],
    losses: 1,
    crashes: 0,
    preemptions: 1,
  },
  {
    name: "an instance that dies, with a request under way",
    scripts: [["commit", "restart", "commit"], ["commit"]],
    losses: 0,
    crashes: 1,
    preemptions: 1,
  },
  { name: "three at once", scripts: [["commit"], ["commit"], ["commit"]], losses: 0, crashes: 0, preemptions: 1 },
];

for (const { name, scripts, losses, crashes, preemptions = PREEMPTIONS } of CASES) {
  Deno.test(`nothing acknowledged is lost in any interleaving of two or three instances: ${name}`, async () => {
    const bound = Math.max(preemptions, PREEMPTIONS > 2 ? PREEMPTIONS : 0);
    const { states, violation } = await exploreAll({ scripts, losses, crashes }, bound);
    assertEquals(violation, null);
    assert(states > 100, `it explored ${states} states`);
  });
}

Deno.test("nothing acknowledged is lost in long courses of events with five instances", async () => {
  await withRandom(async (random) => {
    const acts: readonly Act[] = ["commit", "commit", "restart", "anew"];
    const ends: readonly Act[] = ["commit", "close"];
    const script = (): Act[] => [...Array.from({ length: 5 }, () => random.pick(acts)), random.pick(ends)];
    for (let walk = 0; walk < WALKS; walk++) {
      const scripts = Array.from({ length: 5 }, script);
      const { violation } = await exploreOne({ scripts, losses: 3, crashes: 3 }, random);
      assertEquals(violation, null);
    }
  });
});

Deno.test("the exploration finds the loss when a store overwrites, and when a log is not closed before it is read", async () => {
  const scripts: Act[][] = [["commit", "commit"], ["commit"]];
  for (const broken of [{ isConditional: false }, { isFenced: false }]) {
    const { violation } = await exploreAll({ scripts, losses: 0, crashes: 0, ...broken }, PREEMPTIONS);
    assert(violation?.startsWith("lost: "), `${JSON.stringify(broken)}: ${violation}`);
  }
});
