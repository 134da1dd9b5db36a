import { testObjectStoreContract } from "./object_store_contract.ts";
import { NO_FAULTS } from "../support/s3_server_faults.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

testObjectStoreContract("S3Store", async () => {
  const server = await S3Server.start({ pageSize: 100 });
  return { store: storeOn(server), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});

for (const seed of [1, 2, 3]) {
  testObjectStoreContract(`S3Store with faults of seed ${seed}`, async () => {
    const server = await S3Server.start({ pageSize: 100, seed });
    server.faults = {
      ...NO_FAULTS,
      dropBefore: 0.05,
      lostReply: 0.1,
      error503: 0.05,
      error500: 0.05,
      truncateBody: 0.05,
    };
    const store = storeOn(server, { clock: impatientClock, maxTries: 20 });
    return { store, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }, { losesReplies: true });
}
