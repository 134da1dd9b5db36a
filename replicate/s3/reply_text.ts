/**
 * Reading a reply's body as text, and no more of it than is bearable.
 *
 * @module
 */

/**
 * Reads a body to its end and lets go of the connection.
 *
 * @param response The reply.
 * @param limitBytes No more than this is kept; the rest is thrown away unread.
 * @returns The text, cut off at the limit.
 * @throws Whatever the connection fails with.
 */
export async function readText(response: Response, limitBytes: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let room = limitBytes;
  for await (const chunk of response.body) {
    text += decoder.decode(chunk.subarray(0, room), { stream: true });
    room -= chunk.byteLength;
    // Leaving the loop cancels the body.
    if (room <= 0) break;
  }
  return text + decoder.decode();
}
