/** The `lz4` command as the judge: it reads what we write, and we read what it writes. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { decodeStream } from "../../../replicate/lz4/decode_stream.ts";
import { encodeStream } from "../../../replicate/lz4/encode_stream.ts";
import { Lz4FrameError } from "../../../replicate/lz4/frame_error.ts";
import { decodeFrameHeader } from "../../../replicate/lz4/frame_header.ts";
import { compressWithTool, decompressWithTool, SKIP_LZ4_TOOL } from "../../support/lz4_tool.ts";
import { seededRandom } from "../../support/random.ts";

const SIZES = [0, 1, 65_535, 65_536, 65_537, 5_000_000];
const KINDS = ["text", "bytes"] as const;
const BLOCK_BYTES = { "-B4": 65_536, "-B5": 262_144, "-B6": 1_048_576, "-B7": 4_194_304 } as const;
const BLOCK_OPTIONS = ["-B4", "-B5", "-B6", "-B7"] as const;

/** All ways to combine the options that may be there or not. */
const COMBINATIONS: readonly (readonly string[])[] = ["-BD", "-BX", "--content-size", "--no-frame-crc"]
  .reduce<string[][]>((all, option) => [...all, ...all.map((options) => [...options, option])], [[]]);

async function decode(frame: Uint8Array): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decodeStream([frame])));
}

function contentOf(kind: typeof KINDS[number], size: number): Uint8Array {
  return seededRandom(size)[kind](size);
}

/**
 * Whether the command itself fails: lz4 1.9.4 gives no frame but "ERROR_dstMaxSize_tooSmall" for 65,533 to 65,535
 * bytes in blocks of 64 KiB with any checksum.
 */
function toolFails(size: number, options: readonly string[]): boolean {
  return size === 65_535 && options.includes("-B4") &&
    (options.includes("-BX") || !options.includes("--no-frame-crc"));
}

for (const kind of KINDS) {
  for (const size of SIZES) {
    Deno.test({
      name: `the lz4 command reads what encodeStream() and encodeFrame() write of ${size} ${kind}`,
      ignore: SKIP_LZ4_TOOL,
      fn: async () => {
        const plain = contentOf(kind, size);
        const streamed = Buffer.concat(await Array.fromAsync(encodeStream([plain])));
        for (const frame of [streamed, await encodeFrame(plain)]) {
          assert(Buffer.from(await decompressWithTool(frame)).equals(plain));
        }
      },
    });
  }

  for (const blockOption of BLOCK_OPTIONS) {
    Deno.test({
      name: `decodeStream() reads ${kind} from the lz4 command with ${blockOption} and any other options`,
      ignore: SKIP_LZ4_TOOL,
      fn: async () => {
        const path = await Deno.makeTempFile();
        for (const size of SIZES) {
          const plain = contentOf(kind, size);
          await Deno.writeFile(path, plain);
          const largeCombinations = COMBINATIONS.filter((options) => options.length !== 2);
          for (const others of size > 1_000_000 ? largeCombinations : COMBINATIONS) {
            const options = [blockOption, ...others];
            if (toolFails(size, options)) continue;
            const frame = await compressWithTool(path, options);
            assert((await decode(frame)).equals(plain), `${size} ${options.join(" ")}`);
            assertOptionsTook(frame, size, blockOption, others);
          }
        }
        await Deno.remove(path);
      },
    });
  }
}

/** An option that the command ignored would prove nothing. */
function assertOptionsTook(
  frame: Uint8Array,
  size: number,
  blockOption: keyof typeof BLOCK_BYTES,
  others: readonly string[],
): void {
  const header = decodeFrameHeader(frame.subarray(0, 19));
  const isLarge = size > BLOCK_BYTES[blockOption];
  if (isLarge) assertEquals(header.blockBytesMax, BLOCK_BYTES[blockOption]);
  if (isLarge) assertEquals(header.blocksIndependent, !others.includes("-BD"));
  assertEquals(header.hasBlockChecksums, others.includes("-BX"));
  assertEquals(header.hasContentChecksum, !others.includes("--no-frame-crc"));
  if (size > 0) assertEquals(header.contentBytes, others.includes("--content-size") ? size : null);
}

Deno.test({
  name: "decodeStream() refuses a frame of the lz4 command with every checksum when any one byte is inverted",
  ignore: SKIP_LZ4_TOOL,
  fn: async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeFile(path, contentOf("text", 300));
    const frame = await compressWithTool(path, ["-B4", "-BX", "--content-size"]);
    await Deno.remove(path);
    for (let offset = 0; offset < frame.byteLength; offset++) {
      const damaged = frame.slice();
      damaged[offset] = ~(damaged[offset] ?? 0);
      await assertRejects(() => decode(damaged), Lz4FrameError);
      await assertRejects(() => decode(frame.subarray(0, offset)), Lz4FrameError);
    }
  },
});

Deno.test({
  name: "decodeStream() never gives other content when linked blocks of the lz4 command are damaged",
  ignore: SKIP_LZ4_TOOL,
  fn: async () => {
    const path = await Deno.makeTempFile();
    const plain = contentOf("text", 500_000);
    await Deno.writeFile(path, plain);
    const frame = await compressWithTool(path, ["-B4", "-BD"]);
    await Deno.remove(path);
    let refused = 0;
    let tried = 0;
    for (let offset = 11; offset < frame.byteLength; offset += 997, tried++) {
      const damaged = frame.slice();
      damaged[offset] = ~(damaged[offset] ?? 0);
      const decoded = await decode(damaged).catch((error: unknown) => void assertInstanceOf(error, Lz4FrameError));
      // A match may happen to refer to another place where the same text stands.
      assert(decoded === undefined || decoded.equals(plain), `byte ${offset}`);
      if (decoded === undefined) refused++;
    }
    assert(refused > tried * 0.9, `${refused} of ${tried}`);
  },
});
