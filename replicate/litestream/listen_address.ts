/**
 * The address in `addr`, as Go's programs write it.
 *
 * @module
 */

/** Where to listen. */
export interface ListenAddress {
  /** The address; `0.0.0.0` for every interface. */
  readonly host: string;
  /** The port; 0 takes any free one. */
  readonly port: number;
}

/**
 * Reads an address.
 *
 * @param text An address and a port, such as `127.0.0.1:9090` or `[::1]:9090`, or a port alone, such as `:9090`.
 * @returns The address, or null when the text is none.
 */
export function parseListenAddress(text: string): ListenAddress | null {
  const [, host = "", digits = ""] = /^(\[[0-9a-f:.]+\]|[^:[\]\s/]*):(\d{1,5})$/i.exec(text) ?? [];
  if (digits === "" || Number(digits) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, "") || "0.0.0.0", port: Number(digits) };
}
