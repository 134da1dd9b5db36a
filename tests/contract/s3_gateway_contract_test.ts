import { assert } from "@std/assert";
import { gatewayPlace, MISSING_GATEWAY_VARIABLES as missing } from "../support/s3_environment.ts";
import { testObjectStoreContract } from "./object_store_contract.ts";

Deno.test("S3Store on a real server is tested when this is CI", () => {
  assert(
    Deno.env.get("CI") !== "true" || missing.length === 0,
    `CI must set ${missing.join(", ")}: .ci/s3-gateway start`,
  );
});

testObjectStoreContract("S3Store on a real server", () => Promise.resolve(gatewayPlace()), {
  ignore: missing.length > 0,
});
