import { assert, assertEquals, assertFalse } from "@std/assert";
import { fileSystemOf, isRemoteFileSystem, remoteFileSystemOf } from "../../replicate/file_system.ts";
import { withFolder } from "../support/replicator_fixture.ts";

const MOUNTS = [
  "/dev/vda / ext4 rw,relatime 0 0",
  "proc /proc proc rw 0 0",
  "tmpfs /data tmpfs rw 0 0",
  "server:/export /data nfs4 rw,vers=4.2 0 0",
  "/dev/vdb /data/local xfs rw 0 0",
  "host /my\\040data 9p rw 0 0",
  "",
].join("\n");

Deno.test("hazard 37: fileSystemOf() finds the last and deepest mount above a path", () => {
  const table = {
    "/srv/data": "ext4",
    "/data": "nfs4",
    "/data/db": "nfs4",
    "/database": "ext4",
    "/data/local/db": "xfs",
    "/my data/x": "9p",
  };
  for (const [path, kind] of Object.entries(table)) assertEquals(fileSystemOf(MOUNTS, path), kind, path);
  assertEquals(fileSystemOf("", "/data"), null);
});

Deno.test("hazard 37: isRemoteFileSystem() knows network file systems, and the folders that a host shares with its guest", () => {
  for (const kind of ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.gcsfuse", "fakeowner", "vboxsf"]) {
    assert(isRemoteFileSystem(kind), kind);
  }
  for (const kind of ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "apfs"]) {
    assertFalse(isRemoteFileSystem(kind), kind);
  }
});

Deno.test("remoteFileSystemOf() says nothing of a local folder, nor of one that is not there", async () => {
  await withFolder(async (folder) => {
    const mounts = await Deno.readTextFile("/proc/mounts").catch(() => "");
    const kind = fileSystemOf(mounts, await Deno.realPath(folder));
    const expected = kind !== null && isRemoteFileSystem(kind) ? kind : null;
    assertEquals(await remoteFileSystemOf(`${folder}/app.db`), expected);
    assertEquals(await remoteFileSystemOf(`${folder}/no/app.db`), null);
  });
});
