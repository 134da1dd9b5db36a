/**
 * A store that is watched while it is read.
 *
 * @module
 */

import type { ObjectStore } from "../../replicate/object_store.ts";

/**
 * Makes a store that does something before each read, and counts listings.
 *
 * @param store The store that it passes everything on to.
 * @param act What to do; told the key that is read.
 */
export function beforeReads(
  store: ObjectStore,
  act: (key: string) => Promise<void>,
): ObjectStore & { readonly lists: number } {
  let lists = 0;
  return {
    url: store.url,
    get lists() {
      return lists;
    },
    list: (prefix, options) => {
      lists++;
      return store.list(prefix, options);
    },
    read: async (key, options) => {
      await act(key);
      return await store.read(key, options);
    },
    create: (key, bytes, options) => store.create(key, bytes, options),
    putStream: (key, chunks, options) => store.putStream(key, chunks, options),
    delete: (keys, options) => store.delete(keys, options),
  };
}
