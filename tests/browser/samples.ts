/**
 * Texts such as people paste.
 *
 * @module
 */

const MESSAGES = [
  "INFO  http: GET /health 200 in 1.2ms",
  "INFO  worker-3: picked up job 81723 (resize image, 2400x1600)",
  "DEBUG cache: hit ratio 0.93, 18211 entries, 412 evictions since start",
  "WARN  db: pool exhausted, 12 requests waiting longer than 250ms for a connection to the primary",
  "INFO  http: POST /v1/orders 201 in 38.4ms",
  "ERROR payments: timeout after 30s talking to https://api.bank.example/v2/charges (attempt 3 of 3)",
  "    at ChargeClient.send (file:///app/payments/charge_client.ts:88:15)",
  "    at async OrderService.complete (file:///app/orders/order_service.ts:214:22)",
  "\x1b[32m✓\x1b[0m migrations \x1b[1mup to date\x1b[0m \x1b[2m(14 applied)\x1b[0m",
  "\x1b[38;5;208mwarning\x1b[0m: unused variable \x1b[36m`retries`\x1b[0m \x1b[48;5;24;97m src/main.rs:41 \x1b[0m",
  "\x1b[38;2;120;80;220mtrace\x1b[0m span=\x1b[33mcheckout\x1b[0m \x1b[41;97m FAIL \x1b[0m \x1b[30;42m PASS \x1b[0m \x1b[7mreversed\x1b[0m",
];

/** A log of a given number of lines, with levels, colours and a stack. */
export function sampleLog(lines: number): string {
  const line = (_: unknown, i: number): string => {
    const time = new Date(Date.UTC(2026, 10, 20, 10, 0, 0) + i * 137).toISOString();
    return `${time} ${MESSAGES[i % MESSAGES.length]}\n`;
  };
  return Array.from({ length: lines }, line).join("");
}

/** Lines of JSON, as structured loggers write them. */
export function sampleJson(lines: number): string {
  const levels = ["info", "info", "warn", "error", "debug"];
  const line = (_: unknown, i: number): string =>
    `${
      JSON.stringify({
        ts: 1_795_000_000 + i,
        level: levels[i % levels.length],
        msg: `request ${i}`,
        request: { method: "GET", path: `/orders/${i}`, tags: ["eu", "canary"], ok: i % 5 !== 3 },
      })
    }\n`;
  return Array.from({ length: lines }, line).join("");
}

/** A little program. */
export function sampleCode(): string {
  return `// Tries again, with pauses that grow.
import { delay } from "./clock.ts";

export interface RetryOptions {
  readonly attempts: number;
  readonly baseMs: number;
}

export async function retry<T>(run: () => Promise<T>, { attempts, baseMs }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= attempts) throw new Error(\`Gave up after \${attempts} attempts\`, { cause: error });
      await delay(baseMs * 2 ** attempt);
    }
  }
}
`;
}
