import { assert, assertEquals, assertThrows } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { type BucketService, findCredentials } from "../../replicate/find_credentials.ts";

type Environment = Readonly<Record<string, string>>;

const AMAZON: BucketService = { endpoint: null, region: "eu-west-1" };
const OTHER: BucketService = { endpoint: "https://minio.example.com", region: null };

const web = { AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/r" };
const container = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/x" };

function pair(prefix: string): Environment {
  return { [`${prefix}ACCESS_KEY_ID`]: prefix, [`${prefix}SECRET_ACCESS_KEY`]: "x" };
}

function problemOf(env: Environment, service: BucketService = AMAZON): string {
  const error = assertThrows(() => findCredentials(env, service), ReplicateError);
  assertEquals(error.code, "bad-config");
  return error.message;
}

Deno.test("findCredentials() keeps the order of those who may know them", () => {
  const order = [pair("LITESTREAM_"), pair("AWS_"), pair("BUCKETEER_AWS_"), web, container, { HOME: "/home/x" }];
  const found = order.map((_, index) => {
    const config = findCredentials(Object.assign({}, ...order.slice(index)), AMAZON);
    return config.type === "static" ? config.accessKeyId : config.type;
  });
  assertEquals(found, ["LITESTREAM_", "AWS_", "BUCKETEER_AWS_", "web-identity", "container", "ambient"]);
});

Deno.test("findCredentials() takes the first pair of keys that is complete, and never mixes two", () => {
  const [litestream, aws, bucketeer] = [pair("LITESTREAM_"), pair("AWS_"), pair("BUCKETEER_AWS_")];
  const table: readonly (readonly [Environment, string, string | null])[] = [
    [{ LITESTREAM_SECRET_ACCESS_KEY: "half", ...aws }, "AWS_", null],
    [{ ...aws, LITESTREAM_ACCESS_KEY_ID: "", LITESTREAM_SECRET_ACCESS_KEY: "" }, "AWS_", null],
    [{ ...aws, AWS_SESSION_TOKEN: "token" }, "AWS_", "token"],
    [{ ...aws, AWS_SESSION_TOKEN: "" }, "AWS_", null],
    [{ ...litestream, AWS_SESSION_TOKEN: "token" }, "LITESTREAM_", null],
    [{ ...bucketeer, AWS_SESSION_TOKEN: "token" }, "BUCKETEER_AWS_", null],
  ];
  for (const [env, accessKeyId, sessionToken] of table) {
    const expected = { type: "static", accessKeyId, secretAccessKey: "x", sessionToken } as const;
    assertEquals(findCredentials(env, OTHER), expected);
  }
});

Deno.test("findCredentials() asks the token service of the region, over HTTPS", () => {
  const endpointOf = (env: Environment, region: string | null = null): string | null => {
    const config = findCredentials({ ...web, ...env }, { endpoint: null, region });
    return config.type === "web-identity" ? config.endpoint : null;
  };
  assertEquals(endpointOf({}), "https://sts.amazonaws.com");
  assertEquals(endpointOf({}, "auto"), "https://sts.amazonaws.com");
  assertEquals(endpointOf({}, "eu-west-1"), "https://sts.eu-west-1.amazonaws.com");
  assertEquals(endpointOf({ AWS_REGION: "us-west-2" }, "eu-west-1"), "https://sts.us-west-2.amazonaws.com");
  assertEquals(endpointOf({ AWS_DEFAULT_REGION: "cn-north-1" }), "https://sts.cn-north-1.amazonaws.com.cn");
  assertEquals(endpointOf({ AWS_ENDPOINT_URL_STS: "https://sts.internal" }), "https://sts.internal");
  assert(problemOf({ ...web, AWS_ENDPOINT_URL_STS: "http://sts.internal" }).includes("AWS_ENDPOINT_URL_STS"));
  assertEquals(findCredentials({ ...web, AWS_ROLE_SESSION_NAME: "me" }, AMAZON), {
    type: "web-identity",
    tokenFile: "/var/run/token",
    roleArn: "arn:aws:iam::1:role/r",
    sessionName: "me",
    endpoint: "https://sts.eu-west-1.amazonaws.com",
  });
  // A half of it is nothing.
  assertEquals(findCredentials({ AWS_ROLE_ARN: "arn", HOME: "/x" }, AMAZON).type, "ambient");
});

Deno.test("findCredentials() asks the container's agent, and no other host in clear text", () => {
  const full = (url: string): Environment => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
  const urlOf = (env: Environment): string | null => {
    const config = findCredentials(env, AMAZON);
    return config.type === "container" ? config.url : null;
  };
  assertEquals(urlOf(container), "http://169.254.170.2/v2/credentials/x");
  // Not a way to another host.
  assertEquals(
    urlOf({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "//evil.example/x" }),
    "http://169.254.170.2/evil.example/x",
  );
  assertEquals(urlOf({ ...container, ...full("https://x") }), "http://169.254.170.2/v2/credentials/x");
  for (const url of ["http://169.254.170.23/v1/credentials", "https://agent.example/c", "http://127.0.0.1:9/c"]) {
    assertEquals(urlOf(full(url)), url);
  }
  for (const url of ["http://agent.example/c", "http://169.254.170.2.evil.example/", "not a URL", "ftp://127.0.0.1/"]) {
    const message = problemOf(full(url));
    assert(message.includes("AWS_CONTAINER_CREDENTIALS_FULL_URI") && !message.includes(url), message);
  }
  const config = findCredentials({
    ...container,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "token",
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/file",
  }, AMAZON);
  assertEquals(config.type === "container" && [config.token, config.tokenFile], ["token", "/file"]);
});

Deno.test("findCredentials() leaves the rest to the shared file, and for Amazon to the machine", () => {
  const home = { HOME: "/home/x" };
  const machine = "http://169.254.169.254";
  const standard = { file: "/home/x/.aws/credentials", profile: "default" };
  const table: readonly (readonly [Environment, BucketService, unknown, string | null])[] = [
    [home, AMAZON, standard, machine],
    [{}, AMAZON, null, machine],
    [{ ...home, AWS_EC2_METADATA_DISABLED: "true" }, AMAZON, standard, null],
    [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://[fd00:ec2::254]" }, AMAZON, null, "http://[fd00:ec2::254]"],
    [{ ...home, AWS_PROFILE: "p" }, OTHER, { ...standard, profile: "p" }, null],
    [{ AWS_SHARED_CREDENTIALS_FILE: "/f" }, OTHER, { file: "/f", profile: "default" }, null],
    [home, { endpoint: "https://s3.eu-west-1.amazonaws.com", region: "eu-west-1" }, standard, machine],
  ];
  for (const [env, service, profile, instanceEndpoint] of table) {
    assertEquals(findCredentials(env, service), { type: "ambient", profile, instanceEndpoint } as unknown);
  }
});

Deno.test("findCredentials() says at once that there are none, where nobody can have them", () => {
  for (const [env, service] of [[{ HOME: "/x" }, OTHER], [{ AWS_EC2_METADATA_DISABLED: "TRUE" }, AMAZON]] as const) {
    assert(problemOf(env, service).includes("set LITESTREAM_ACCESS_KEY_ID"));
  }
  const half = problemOf({ HOME: "/x", LITESTREAM_SECRET_ACCESS_KEY: "s3cr3t" });
  assertEquals(
    half,
    "Cannot reach the bucket as LITESTREAM_ACCESS_KEY_ID must be set beside LITESTREAM_SECRET_ACCESS_KEY",
  );
  assert(problemOf({ AWS_ACCESS_KEY_ID: "id" }).includes("AWS_SECRET_ACCESS_KEY must be set"));
  assert(problemOf({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "x y" }).includes("AWS_EC2_METADATA_SERVICE_ENDPOINT"));
});
