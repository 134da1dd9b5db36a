import { assert, assertEquals } from "@std/assert";
import { CREDENTIALS_ADVICE, isTrustedAgent } from "../../../replicate/s3/credentials_config.ts";

Deno.test("isTrustedAgent() takes HTTPS, this machine, and the agents of ECS and EKS", () => {
  const table: Readonly<Record<string, boolean>> = {
    "https://example.com/x": true,
    "http://127.0.0.1:8080/": true,
    "http://127.1.2.3/": true,
    "http://localhost/": true,
    "http://[::1]:80/": true,
    "http://169.254.170.2/v2": true,
    "http://169.254.170.23/v1/credentials": true,
    "http://[fd00:ec2::23]/v1/credentials": true,
    "http://example.com/": false,
    "http://169.254.170.2.example.com/": false,
    "http://127.0.0.1.example.com/": false,
    "http://localhost.example.com/": false,
    "http://10.0.0.1/": false,
    "file:///etc/passwd": false,
  };
  for (const [text, trusted] of Object.entries(table)) assertEquals(isTrustedAgent(new URL(text)), trusted, text);
});

Deno.test("CREDENTIALS_ADVICE names the variables", () => {
  assert(CREDENTIALS_ADVICE.includes("LITESTREAM_SECRET_ACCESS_KEY"));
});
