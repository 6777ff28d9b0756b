import zlib from 'node:zlib'
import { decompress as unzstd } from 'fzstd'
import { decompress as unlz4 } from 'lz4js'
import { uncompress as unsnappy } from 'snappyjs'

/** What kafkajs takes for one codec. We never compress by these: what others wrote is read. */
export interface Reader {
  decompress(bytes: Buffer): Promise<Buffer>
}

/** By the number that a record batch carries; as shipped, kafkajs reads gzip (1) only, and any other ends it. */
export const READERS: Readonly<Record<2 | 3 | 4, Reader>> = {
  2: { decompress: async (bytes) => readSnappy(bytes) },
  3: { decompress: async (bytes) => toBuffer(unlz4(bytes)) },
  4: { decompress: async (bytes) => toBuffer(readZstd(bytes)) },
}

/** Java producers cut their bytes into blocks behind this head; others write one block without any. */
const BLOCKS_HEAD = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
/** The head and the two versions behind it. */
const BLOCKS_START = 16

function readSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, BLOCKS_HEAD.length).equals(BLOCKS_HEAD)) return toBuffer(unsnappy(bytes))
  const blocks: Buffer[] = []
  let at = BLOCKS_START
  while (at < bytes.length) {
    const length = bytes.readInt32BE(at)
    blocks.push(toBuffer(unsnappy(bytes.subarray(at + 4, at + 4 + length))))
    at += 4 + length
  }
  return Buffer.concat(blocks)
}

/** Node's own where it is there (22.15 and later): several times as fast. */
function readZstd(bytes: Buffer): Uint8Array {
  const own = (zlib as { readonly zstdDecompressSync?: (bytes: Buffer) => Buffer }).zstdDecompressSync
  return own === undefined ? unzstd(bytes) : own(bytes)
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
