/**
 * A limit of the kernel's on what a process and its children may keep in memory. Needs root.
 *
 * @module
 */

/** Starts something below the limit: what is started while it runs stays there. */
export type StartLimited = <T>(start: () => Promise<T>) => Promise<T>;

/** Where the kernel has its groups: version 2, or the first version's for memory. */
const HIERARCHIES = [
  { root: "/sys/fs/cgroup", marker: "cgroup.controllers", limit: "memory.max" },
  { root: "/sys/fs/cgroup/memory", marker: "memory.limit_in_bytes", limit: "memory.limit_in_bytes" },
] as const;

/**
 * Makes a group with a limit, and removes it afterwards.
 *
 * @param mebibytes The limit.
 * @param work What needs it. All that it starts must have ended when it is done.
 * @returns What the work returned.
 * @throws {Error} When the kernel has no such groups for us.
 */
export async function withMemoryLimit<T>(mebibytes: number, work: (start: StartLimited) => Promise<T>): Promise<T> {
  const hierarchy = HIERARCHIES.find(({ root, marker }) => exists(`${root}/${marker}`));
  if (hierarchy === undefined) throw new Error("Cannot limit memory as the kernel has no control groups here");
  const { root, limit } = hierarchy;
  const group = `${root}/pastestream-bench-${Deno.pid}`;
  if (root === "/sys/fs/cgroup") await Deno.writeTextFile(`${root}/cgroup.subtree_control`, "+memory");
  await Deno.mkdir(group);
  try {
    await Deno.writeTextFile(`${group}/${limit}`, `${mebibytes * 1024 * 1024}`);
    // A child starts in its parent's group: we go in, start it, and come out again.
    return await work(async (start) => {
      await Deno.writeTextFile(`${group}/cgroup.procs`, `${Deno.pid}`);
      try {
        return await start();
      } finally {
        await Deno.writeTextFile(`${root}/cgroup.procs`, `${Deno.pid}`);
      }
    });
  } finally {
    await removeGroup(group);
  }
}

/** A group goes when its last process is gone, which the kernel may notice a moment later. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(group);
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
