import { assertStrictEquals } from "@std/assert";
import { staticCredentials } from "../../../replicate/s3/credentials.ts";

Deno.test("staticCredentials() gives the same credentials every time", async () => {
  const credentials = { accessKeyId: "id", secretAccessKey: "secret", sessionToken: null };
  const provider = staticCredentials(credentials);
  assertStrictEquals(await provider(), credentials);
  assertStrictEquals(await provider(), credentials);
});
