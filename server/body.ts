/**
 * Request bodies, read under a limit.
 *
 * @module
 */

import { format } from "@std/fmt/bytes";
import type { BodyIntake } from "./body_intake.ts";
import { PasteError } from "./errors.ts";

/** How {@linkcode readBody} reads. */
export interface ReadBodyOptions {
  /** Takes the body in. */
  readonly intake: BodyIntake;
  /** The largest body, inclusive. */
  readonly limitBytes: number;
  /** The largest paste, for the message. Default: the largest body. */
  readonly maxBytes?: number;
}

/**
 * Reads a body whole, but never more of it than the limit.
 *
 * @param request The request; its body must not have been read.
 * @param options The limit, and who takes the body in.
 * @returns The bytes.
 * @throws {PasteError} `paste-too-large`; `unsupported-encoding`; `incomplete-body` when the client went away; what
 * the intake refuses.
 */
export async function readBody(request: Request, options: ReadBodyOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { intake, limitBytes, maxBytes = limitBytes } = options;
  const coding = request.headers.get("content-encoding");
  if (coding !== null && coding.trim().toLowerCase() !== "identity") {
    throw new PasteError(
      "unsupported-encoding",
      "Cannot read the body as it must not be compressed: send it as it is",
      {
        headers: { "Accept-Encoding": "identity" },
      },
    );
  }
  const announced = announcedBytes(request);
  if (announced !== null && announced > limitBytes) throw tooLarge(maxBytes);
  try {
    // The server lets no body grow beyond its Content-Length, so that one can be taken in one go.
    const bytes = announced === null
      ? await readCounted(intake.chunks(request, limitBytes), limitBytes, maxBytes)
      : await intake.whole(request, announced);
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
  const pretty: string = format(maxBytes, { binary: true });
  return new PasteError(
    "paste-too-large",
    `Cannot store the paste as it is larger than ${maxBytes} bytes (${pretty}): send a smaller one`,
  );
}

/** The length that the client promised; `null` when it promised none that binds it. */
function announcedBytes(request: Request): number | null {
  const text = request.headers.get("content-length");
  if (text === null || !/^\d{1,15}$/.test(text) || request.headers.get("transfer-encoding") !== null) return null;
  return Number(text);
}

async function readCounted(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.byteLength;
    if (total > limitBytes) throw tooLarge(maxBytes); // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
