import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeEvent } from "../../replicate/describe_event.ts";
import { EventPrinter } from "../../replicate/event_printer.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";

const replica = "file:///replica";

function printAll(events: readonly ReplicateEvent[]): { readonly records: unknown[]; readonly drawn: string[] } {
  const records: unknown[] = [];
  const drawn: string[] = [];
  const printer = new EventPrinter({
    record: (level, message, fields) => void records.push({ level, message, fields }),
    terminal: (text) => void drawn.push(text),
  });
  for (const event of events) printer.print(event);
  return { records, drawn };
}

Deno.test("EventPrinter writes each event as a record, in order", () => {
  const events: readonly ReplicateEvent[] = [
    { type: "nothing-to-restore", replica },
    { type: "fenced", replica, key: "key" },
    { type: "wal-restarted", frames: 1000, heldMs: 2.25 },
  ];
  assertEquals(printAll(events), { records: events.map(describeEvent), drawn: [] });
});

Deno.test("EventPrinter neither records nor draws progress that is quick", () => {
  const events = [0, 50, 100].map((doneBytes): ReplicateEvent => ({
    type: "progress",
    task: "restore",
    replica,
    doneBytes,
    totalBytes: 100,
  }));
  assertEquals(printAll(events), { records: [], drawn: [] });
});

Deno.test("EventPrinter draws progress that takes its time, and takes the line away before it writes a record", () => {
  const order: string[] = [];
  const printer = new EventPrinter({
    record: (_level, message) => void order.push(message),
    terminal: (text) => void order.push(text),
  });
  const progress = { type: "progress", task: "restore", replica, doneBytes: 50, totalBytes: 100 } as const;
  while (order.length === 0) printer.print(progress); // a tenth of a second: a printer goes by the system's clock
  printer.print({ type: "nothing-to-restore", replica });
  const { message } = describeEvent({ type: "nothing-to-restore", replica });
  assertStringIncludes(order[0] ?? "", "50 % of 100 B");
  assertEquals(order.slice(1), ["\r\x1b[K", message]);
});
