/**
 * Request bodies, read under a limit.
 *
 * @module
 */

import type { BodyIntake } from "./body_intake.ts";
import type { Codec } from "./codec.ts";
import { readRequestCoding } from "./content_coding.ts";
import { PasteError } from "./errors.ts";
import { formatSize } from "./size.ts";

/** How a body is read. */
export interface BodyOptions {
  /** Takes the body in. */
  readonly intake: BodyIntake;
  /** The largest body, inclusive, in bytes: as it was before the client compressed it. */
  readonly limitBytes: number;
  /** The largest paste, for the message. */
  readonly maxBytes: number;
  /** Inflates what the client has compressed. */
  readonly codec: Codec;
}

/**
 * Reads a body whole, but never more of it than the limit, compressed or not.
 *
 * @param request The request; its body must not have been read.
 * @param options The limits, and who takes the body in.
 * @returns The bytes, inflated when they came compressed.
 * @throws {PasteError} `paste-too-large`; `unsupported-encoding`, `bad-encoding`; `incomplete-body` when the client
 * went away; what the intake refuses.
 */
export async function readBody(request: Request, options: BodyOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { limitBytes, maxBytes, codec } = options;
  const coding = readRequestCoding(request.headers.get("content-encoding"));
  if (coding === null) return await readLimited(request, options);
  // What does not compress becomes a little longer by it.
  const compressed = await readLimited(request, { ...options, limitBytes: limitBytes + (limitBytes >> 6) + 1024 });
  const result = await codec.run({ kind: "inflate", bytes: compressed, coding, limitBytes });
  if ("bytes" in result) return result.bytes;
  if (result.failure === "too-large") throw tooLarge(maxBytes);
  throw new PasteError("bad-encoding", `Cannot read the body as it is no whole ${coding}: compress it again`, {
    cause: new Error(result.reason),
  });
}

async function readLimited(request: Request, options: BodyOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { intake, limitBytes, maxBytes } = options;
  const announced = announcedBytes(request);
  if (announced !== null && announced > limitBytes) throw tooLarge(maxBytes);
  try {
    // The server lets no body grow beyond its Content-Length, so that one can be taken in one go.
    const bytes = announced === null ? await intake.upTo(request, limitBytes) : await intake.whole(request, announced);
    if (bytes.byteLength > limitBytes) throw tooLarge(maxBytes);
    return bytes;
  } catch (error) {
    if (error instanceof PasteError) throw error;
    throw new PasteError("incomplete-body", "Cannot read the body as it ended too early: send it again", {
      cause: error,
    });
  }
}

/**
 * Makes the error for a paste that is too large.
 *
 * @param maxBytes The largest paste.
 * @returns The error; it names the limit.
 */
export function tooLarge(maxBytes: number): PasteError {
  return new PasteError(
    "paste-too-large",
    `Cannot store the paste as it is larger than ${maxBytes} bytes (${formatSize(maxBytes)}): send a smaller one`,
  );
}

/** The length that the client promised; `null` when it promised none that binds it. */
function announcedBytes(request: Request): number | null {
  const text = request.headers.get("content-length");
  if (text === null || !/^\d{1,15}$/.test(text) || request.headers.get("transfer-encoding") !== null) return null;
  return Number(text);
}
