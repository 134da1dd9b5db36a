/**
 * Sending a large body without copying it.
 *
 * Deno's `fetch` first copies a byte array as a whole, and the copies of parts pile up as garbage. A stream it takes
 * as it is, but sends it chunked, to which several servers answer 411. A blob is both: it tells its size, which
 * becomes the `Content-Length`, and is read as a stream.
 *
 * @module
 */

/** As many bytes are handed over at once. */
const SLICE_BYTES = 65_536;

/** Bytes in the shape of a blob that holds no copy of them. They may be sent again; each time they are read anew. */
export class SlicedBody extends Blob {
  /** How many bytes there are. */
  override readonly size: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  /**
   * Wraps bytes.
   *
   * @param bytes At least one. They must stay as they are until the request was answered.
   */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super();
    this.#bytes = bytes;
    this.size = bytes.byteLength;
  }

  /** Reads the bytes, slice by slice; fails when they were released meanwhile. */
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let sent = 0;
    return new ReadableStream({
      pull: (controller) => {
        if (sent === this.size) return controller.close();
        if (this.#bytes.byteLength === 0) throw new TypeError("Cannot send bytes that were released");
        const slice = this.#bytes.subarray(sent, sent + SLICE_BYTES);
        sent += slice.byteLength;
        controller.enqueue(slice);
      },
    }, { highWaterMark: 0 });
  }
}
