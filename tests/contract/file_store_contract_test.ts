import { systemClock } from "../../replicate/clock.ts";
import { FileStore } from "../../replicate/file_store.ts";
import { seededRandom } from "../support/random.ts";
import { testObjectStoreContract } from "./object_store_contract.ts";

testObjectStoreContract("FileStore", async () => {
  const parent = await Deno.makeTempDir();
  const store = new FileStore({
    folder: `${parent}/not/there/yet`,
    clock: systemClock,
    random: seededRandom(1).next,
  });
  return { store, [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }) };
});
