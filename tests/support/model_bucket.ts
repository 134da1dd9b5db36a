/**
 * What the model's store holds, as a value: a request gives a reply and another bucket.
 *
 * @module
 */

import { CHAIN_PREFIX } from "../../replicate/chain.ts";
import { generationPrefix, parseObjectKey } from "../../replicate/object_key.ts";
import { type Generation, parseGeneration } from "../../replicate/generation.ts";
import type { ObjectInfo, ObjectStore } from "../../replicate/object_store.ts";
import { type ModelReply, type ModelRequest, ModelStore } from "./model_store.ts";

/** Times between two writes: further apart than what a listing takes for the same. */
const STEP_MS = 10_000;

interface ModelObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly modifiedAtMs: number;
}

/** What the store holds; never changed. */
export class ModelBucket {
  readonly #objects: ReadonlyMap<string, ModelObject>;
  readonly #isConditional: boolean;

  /**
   * @param options Whether a create is refused where there is an object.
   * @param objects What it holds, in ascending order of the keys.
   */
  constructor(
    options: { readonly isConditional: boolean },
    objects: ReadonlyMap<string, ModelObject> = new Map<string, ModelObject>(),
  ) {
    this.#isConditional = options.isConditional;
    this.#objects = objects;
  }

  /**
   * Carries a request out.
   *
   * @param request What is asked.
   * @returns The reply, and what the store holds then: this very bucket when nothing has changed.
   */
  after(request: ModelRequest): { readonly reply: ModelReply; readonly bucket: ModelBucket } {
    switch (request.type) {
      case "list":
        return { reply: { type: "objects", objects: this.#list(request.prefix) }, bucket: this };
      case "read":
        return { reply: { type: "bytes", bytes: this.#objects.get(request.key)?.bytes ?? null }, bucket: this };
      case "restore":
        throw new Error("To restore is no single request");
      case "create":
      case "put": {
        const isRefused = request.type === "create" && this.#isConditional && this.#objects.has(request.key);
        const outcome = isRefused ? "exists" : "created";
        return { reply: { type: "outcome", outcome }, bucket: isRefused ? this : this.#with(request) };
      }
    }
  }

  /**
   * Whether a request finds what no other can change: what it asks for is there and stays as it is, and so does all else.
   *
   * @param request What is asked.
   */
  isSettled(request: ModelRequest): boolean {
    if (!this.#isConditional || request.type === "list" || request.type === "restore") return false;
    return this.#objects.has(request.key) && !this.isOverwrittenBy(request);
  }

  /** Whether a request replaces an object by another. */
  isOverwrittenBy(request: ModelRequest): boolean {
    if (request.type !== "put") return false;
    const object = this.#objects.get(request.key);
    return object !== undefined && !isEqual(object.bytes, request.bytes);
  }

  /**
   * A listing, without the generations that nobody can miss: all but the chain's last, and the last that can be restored.
   * Sizes and times are all the same.
   */
  listNewest(prefix: string): ObjectInfo[] {
    const chain = this.#chain();
    const restorable = chain.findLast((generation) => this.#keysOf(generation).some(isSnapshot));
    const kept = [restorable, chain.at(-1)];
    return this.#list(prefix).flatMap(({ key }) => {
      const generation = parseObjectKey(key)?.generation;
      return generation && !kept.includes(generation) ? [] : { key, size: 1, modifiedAtMs: STEP_MS };
    });
  }

  /** A generation that has objects and no link; null when there is none. */
  findUnlinked(): Generation | null {
    const chain = this.#chain();
    const generations = Array.from(this.#objects.keys(), (key) => parseObjectKey(key)?.generation);
    return generations.find((generation) => generation && !chain.includes(generation)) ?? null;
  }

  /** What it holds, for comparing: equal texts are stores that differ only in when their objects were written. */
  fingerprint(): string {
    return Array.from(this.#objects, ([key, { bytes }]) => `${key}=${bytes.toBase64()}`).join("\n");
  }

  /** When its objects were written, for comparing. */
  times(): string {
    return Array.from(this.#objects.values(), ({ modifiedAtMs }) => modifiedAtMs).join();
  }

  /** A store that begins with this and goes on by itself. */
  asStore(): ObjectStore {
    return beginWith(this);
  }

  #chain(): Generation[] {
    const links = Array.from(this.#objects).filter(([key]) => key.startsWith(CHAIN_PREFIX));
    return links.flatMap(([, { bytes }]) => {
      return parseGeneration(JSON.parse(new TextDecoder().decode(bytes)).generation) ?? [];
    });
  }

  #keysOf(generation: Generation): string[] {
    return Array.from(this.#objects.keys()).filter((key) => key.startsWith(generationPrefix(generation)));
  }

  #list(prefix: string): ObjectInfo[] {
    return Array.from(this.#objects, ([key, { bytes, modifiedAtMs }]) => ({
      key,
      size: bytes.byteLength,
      modifiedAtMs,
    })).filter(({ key }) => key.startsWith(prefix));
  }

  #with({ key, bytes }: { readonly key: string; readonly bytes: Uint8Array<ArrayBuffer> }): ModelBucket {
    const existing = this.#objects.get(key);
    if (this.#isConditional && existing !== undefined && isEqual(existing.bytes, bytes)) return this;
    const objects = Array.from(this.#objects).filter(([other]) => other !== key);
    const modifiedAtMs = objects.reduce((max, [, object]) => Math.max(max, object.modifiedAtMs), 0) + STEP_MS;
    objects.push([key, { bytes, modifiedAtMs }]);
    objects.sort(([a], [b]) => a < b ? -1 : 1);
    return new ModelBucket({ isConditional: this.#isConditional }, new Map(withTimesThatMatter(objects)));
  }
}

/**
 * Gives equal times to stores that an instance cannot tell apart. It asks only when the first and the last object of a
 * generation were written, and only in order to compare: so its last key gets the one time, all other keys the other,
 * and the times are counted through. Nobody asks how old a link is.
 */
function withTimesThatMatter(objects: readonly (readonly [string, ModelObject])[]): [string, ModelObject][] {
  const groups = Map.groupBy(objects, ([key]) => parseObjectKey(key)?.generation ?? null);
  const times = new Map<string, number>();
  for (const [generation, members] of groups) {
    const all = members.map(([, { modifiedAtMs }]) => modifiedAtMs);
    const [oldest, newest] = generation === null ? [0, 0] : [Math.min(...all), Math.max(...all)];
    for (const [i, [key]] of members.entries()) times.set(key, i === members.length - 1 ? newest : oldest);
  }
  const order = Array.from(new Set(times.values())).filter((time) => time > 0).sort((a, b) => a - b);
  return objects.map(([key, { bytes }]) => {
    return [key, { bytes, modifiedAtMs: (order.indexOf(times.get(key) ?? 0) + 1) * STEP_MS }];
  });
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);
}

function isSnapshot(key: string): boolean {
  return parseObjectKey(key)?.type === "snapshot";
}

function beginWith(first: ModelBucket): ObjectStore {
  let now = first;
  return new ModelStore((request) => {
    const { reply, bucket } = now.after(request);
    now = bucket;
    return Promise.resolve(reply);
  });
}
