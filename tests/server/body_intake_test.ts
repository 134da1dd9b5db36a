import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { BodyIntake } from "../../server/body_intake.ts";
import { PasteError } from "../../server/errors.ts";
import { bytesOf, ManualClock } from "./support.ts";

const MIB = 1024 * 1024;

/** What a large body takes from the beginning on. */
const FIRST_PLACE = 64 * 1024;

interface Sender {
  readonly request: Request;
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly end: () => void;
  readonly cancelled: () => boolean;
}

/** A body that comes when the test says so. */
function sender(): Sender {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (cancelled = true),
  });
  return {
    request: new Request("http://x/", { method: "PUT", body }),
    send: async (bytes) => {
      controller?.enqueue(bytes);
      for (let i = 0; i < 10; i++) await Promise.resolve();
    },
    end: () => controller?.close(),
    cancelled: () => cancelled,
  };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "accepted", (error: unknown) => error instanceof PasteError ? error.code : String(error));
}

Deno.test("BodyIntake.whole() gives back the bytes, small and large, and holds nothing afterwards", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB });
  for (const size of [0, 1, 64 * 1024, 64 * 1024 + 1, MIB]) {
    const body = new Uint8Array(size).fill(7);
    const request = new Request("http://x/", { method: "PUT", body });
    assertEquals(await intake.whole(request, size), body);
  }
  assertEquals([intake.heldBytes, clock.timers], [0, 0]);
});

Deno.test("BodyIntake throws upload-too-slow after 30 s of silence in a large body, and lets go of the stream", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB });
  const { request, send, cancelled } = sender();
  const refused = refusal(intake.whole(request, MIB));
  await send(new Uint8Array(1000));
  clock.advance(29_999);
  await send(new Uint8Array(1000));
  clock.advance(29_999);
  await settle();
  assertEquals([intake.heldBytes, cancelled()], [FIRST_PLACE, false]);
  clock.advance(1);
  assertEquals(await refused, "upload-too-slow");
  assertEquals([intake.heldBytes, cancelled(), clock.timers], [0, true, 0]);
});

Deno.test("BodyIntake throws upload-too-slow when a body trickles for too long", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB });
  const { request, send } = sender();
  const refused = refusal(intake.whole(request, MIB));
  let elapsedMs = 0;
  for (; elapsedMs < 124_000; elapsedMs += 10_000) {
    await send(new Uint8Array(1));
    clock.advance(10_000);
  }
  // A minute, and 64 s for a mebibyte at 16 KiB/s.
  assertEquals([await refused, elapsedMs], ["upload-too-slow", 130_000]);
  assertEquals([intake.heldBytes, clock.timers], [0, 0]);
});

Deno.test("BodyIntake throws upload-too-slow when a small body has not come within a minute", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB });
  const { request, send, end } = sender();
  const refused = refusal(intake.whole(request, 1000));
  await send(new Uint8Array(999));
  clock.advance(59_999);
  await settle();
  assertEquals(intake.heldBytes, 1000);
  clock.advance(1);
  assertEquals(await refused, "upload-too-slow");
  assertEquals([intake.heldBytes, clock.timers], [0, 0]);
  end();
});

Deno.test("BodyIntake throws overloaded for what would hold too much, and the others go on", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB, maxHeldBytes: 10 * FIRST_PLACE });
  const senders = Array.from({ length: 50 }, sender);
  const uploads = senders.map(({ request }) => intake.whole(request, MIB));
  const results = uploads.map(refusal);
  await settle();
  for (const { send } of senders.slice(0, 10)) {
    await send(new Uint8Array(1000));
    assertLessOrEqual(intake.heldBytes, 10 * FIRST_PLACE);
  }
  senders.slice(0, 10).forEach(({ end }) => end());
  const codes = await Promise.all(results);
  assertEquals(codes.filter((code) => code === "accepted").length, 10);
  assertEquals(codes.filter((code) => code === "overloaded").length, 40);
  assertEquals(intake.heldBytes, 0);
});

Deno.test("BodyIntake counts small bodies from their first byte on", async () => {
  const intake = new BodyIntake({ clock: new ManualClock(), maxBodyBytes: MIB, maxHeldBytes: 1500 });
  const { request, send, end } = sender();
  const first = intake.whole(request, 1000);
  const second = intake.whole(new Request("http://x/", { method: "PUT", body: new Uint8Array(1000) }), 1000);
  assertEquals(await refusal(second), "overloaded");
  await send(new Uint8Array(1000));
  end();
  assertEquals((await first).byteLength, 1000);
});

Deno.test("BodyIntake has room for the largest body by itself", async () => {
  const size = 65 * MIB;
  const intake = new BodyIntake({ clock: new ManualClock(), maxBodyBytes: size });
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (let i = 0; i < 65; i++) controller.enqueue(new Uint8Array(MIB));
      controller.close();
    },
  });
  assertEquals((await intake.whole(new Request("http://x/", { method: "PUT", body }), size)).byteLength, size);
});

Deno.test("BodyIntake takes more memory only for what has come", async () => {
  const intake = new BodyIntake({ clock: new ManualClock(), maxBodyBytes: MIB });
  const { request, send, end } = sender();
  const body = new Uint8Array(MIB).map((_, i) => i % 251);
  const taken = intake.whole(request, MIB);
  await send(body.slice(0, FIRST_PLACE - 2));
  await settle();
  assertEquals(intake.heldBytes, FIRST_PLACE);
  await send(body.slice(FIRST_PLACE - 2, 2 * FIRST_PLACE));
  await settle();
  assertEquals(intake.heldBytes, 8 * FIRST_PLACE);
  await send(body.slice(2 * FIRST_PLACE));
  end();
  assertEquals(await taken, body);
  assertEquals(intake.heldBytes, 0);
});

Deno.test("BodyIntake.upTo() reads little beyond the limit and lets go of the stream", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB });
  const { request, send, cancelled } = sender();
  await send(new Uint8Array(MIB));
  const { byteLength } = await intake.upTo(request, 1000);
  assert(byteLength > 1000 && byteLength <= 1000 + FIRST_PLACE, `${byteLength}`);
  assertEquals([cancelled(), intake.heldBytes, clock.timers], [true, 0, 0]);
  const other = new Request("http://x/", { method: "PUT", body: bytesOf("abc") });
  assertEquals(await intake.upTo(other, 3), bytesOf("abc"));
});

Deno.test("BodyIntake.upTo() passes on what breaks", async () => {
  const clock = new ManualClock();
  const intake = new BodyIntake({ clock, maxBodyBytes: MIB });
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
  const request = new Request("http://x/", { method: "PUT", body });
  await assertRejects(() => intake.upTo(request, MIB), Error, "reset");
  assertEquals([intake.heldBytes, clock.timers], [0, 0]);
});

Deno.test("BodyIntake.upTo() gives nothing when there is no body", async () => {
  const intake = new BodyIntake({ clock: new ManualClock(), maxBodyBytes: MIB });
  assertEquals(await intake.upTo(new Request("http://x/", { method: "PUT" }), 5), new Uint8Array());
});
