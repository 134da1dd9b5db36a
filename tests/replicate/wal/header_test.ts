import { assert, assertEquals } from "@std/assert";
import {
  decodeWalHeader,
  encodeWalHeader,
  isPageSize,
  WAL_HEADER_BYTES,
  type WalHeaderFault,
} from "../../../replicate/wal/header.ts";
import { createWalDatabase, headerOf, PAGE_SIZES, recordWal } from "../../support/wal_builder.ts";

const HEADER = {
  byteOrder: "little-endian",
  pageBytes: 4096,
  sequence: 3,
  salt: { salt1: 0x01020304, salt2: 0xfffefdfc },
} as const;

/** What the bytes of {@linkcode HEADER} are, without the checksum. */
const GOLDEN = "377f0682" + "002de218" + "00001000" + "00000003" + "01020304" + "fffefdfc";

Deno.test("encodeWalHeader() writes the fields of SQLite's document when given a header", () => {
  const little = encodeWalHeader(HEADER);
  assertEquals(little.byteLength, WAL_HEADER_BYTES);
  assertEquals(little.subarray(0, 24).toHex(), GOLDEN);
  const big = encodeWalHeader({ ...HEADER, byteOrder: "big-endian" });
  assertEquals(big.subarray(0, 24).toHex(), GOLDEN.replace("0682", "0683"));
});

Deno.test("decodeWalHeader() gives back what encodeWalHeader() wrote", () => {
  for (const byteOrder of ["little-endian", "big-endian"] as const) {
    for (const pageBytes of PAGE_SIZES) {
      const salt = { salt1: 0xffff_ffff, salt2: 0x8000_0000 };
      const { checksum: _, ...header } = headerOf(
        encodeWalHeader({ byteOrder, pageBytes, sequence: 0xffff_ffff, salt }),
      );
      assertEquals(header, { byteOrder, pageBytes, sequence: 0xffff_ffff, salt });
    }
  }
});

for (const pageBytes of PAGE_SIZES) {
  Deno.test(`decodeWalHeader() and encodeWalHeader() keep every byte when SQLite wrote pages of ${pageBytes}`, async () => {
    const { wal } = await recordWal(pageBytes);
    const header = headerOf(wal);
    assertEquals(header.pageBytes, pageBytes);
    assertEquals(encodeWalHeader(header), wal.slice(0, WAL_HEADER_BYTES));
  });
}

Deno.test("decodeWalHeader() counts the sequence and the salt up when SQLite restarts the WAL", async () => {
  await using database = await createWalDatabase(4096);
  database.sqlite.exec("INSERT INTO item (body) VALUES ('before')");
  const before = headerOf(await database.readWal());
  database.sqlite.all("PRAGMA wal_checkpoint(RESTART)");
  database.sqlite.exec("INSERT INTO item (body) VALUES ('after')");
  const after = headerOf(await database.readWal());
  assertEquals(after.sequence, before.sequence + 1);
  assertEquals(after.salt.salt1, (before.salt.salt1 + 1) >>> 0);
});

Deno.test("decodeWalHeader() names the fault when any one bit is flipped", () => {
  for (const byteOrder of ["little-endian", "big-endian"] as const) {
    const golden = encodeWalHeader({ ...HEADER, byteOrder });
    for (let bit = 0; bit < WAL_HEADER_BYTES * 8; bit++) {
      const bytes = golden.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assertEquals(decodeWalHeader(bytes), { ok: false, fault: faultOfBit(bit) }, `${byteOrder}, bit ${bit}`);
    }
  }
});

Deno.test("decodeWalHeader() names the fault when any one byte is another", () => {
  const golden = encodeWalHeader(HEADER);
  for (let offset = 0; offset < WAL_HEADER_BYTES; offset++) {
    for (let change = 1; change < 256; change++) {
      const bytes = golden.slice();
      bytes[offset] = (bytes[offset] ?? 0) ^ change;
      assert(!decodeWalHeader(bytes).ok, `byte ${offset} changed by ${change}`);
    }
  }
});

Deno.test("decodeWalHeader() finds bytes too short when any are missing", () => {
  const golden = encodeWalHeader(HEADER);
  for (let size = 0; size < WAL_HEADER_BYTES; size++) {
    assertEquals(decodeWalHeader(golden.subarray(0, size)), { ok: false, fault: "too-short" });
  }
});

Deno.test("decodeWalHeader() refuses a file of zeros", () => {
  assertEquals(decodeWalHeader(new Uint8Array(4096)), { ok: false, fault: "magic" });
});

Deno.test("decodeWalHeader() reads only the header when more follows, wherever the bytes begin", () => {
  for (const shift of [0, 1, 2, 3]) {
    const file = new Uint8Array(shift + 100).fill(0xaa);
    file.set(encodeWalHeader(HEADER), shift);
    assertEquals(headerOf(file.subarray(shift)).salt, HEADER.salt);
  }
});

Deno.test("isPageSize() is true only when SQLite allows the size", () => {
  for (const size of PAGE_SIZES) assert(isPageSize(size), `${size}`);
  for (const size of [0, 1, 256, 511, 513, 1000, 4095, 65_535, 65_537, 131_072, 0x8000_0000, -512, NaN]) {
    assert(!isPageSize(size), `${size}`);
  }
});

/** A header is read field by field: the first that is wrong names the fault. */
function faultOfBit(bit: number): WalHeaderFault {
  const lowestBitOfMagic = 3 * 8; // it says which byte order the checksum has
  if (bit === lowestBitOfMagic) return "checksum";
  if (bit < 4 * 8) return "magic";
  if (bit < 8 * 8) return "version";
  return bit < 12 * 8 ? "page-size" : "checksum";
}
