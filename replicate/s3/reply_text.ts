/**
 * Reading a reply's body as text, and no more of it than is bearable.
 *
 * @module
 */

/** What was read of a body. */
export interface ReplyText {
  /** The text, cut off at the limit. */
  readonly text: string;
  /** How many bytes have arrived. */
  readonly bytes: number;
}

/**
 * Reads a body to its end and lets go of the connection.
 *
 * @param response The reply.
 * @param limitBytes No more than this is kept; the rest is thrown away unread.
 * @returns The text and its size.
 * @throws Whatever the connection fails with.
 */
export async function readText(response: Response, limitBytes: number): Promise<ReplyText> {
  if (response.body === null) return { text: "", bytes: 0 };
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    text += decoder.decode(chunk.subarray(0, limitBytes - bytes), { stream: true });
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (bytes >= limitBytes) break;
  }
  return { text: text + decoder.decode(), bytes };
}
