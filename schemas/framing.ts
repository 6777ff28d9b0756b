import type { Type } from 'avsc'

/** Confluent framing: a zero byte, the schema's id in four bytes, the Avro bytes. */
const FRAME_BYTES = 5
const SLAB_BYTES = 64 * 1024

export function isFramed(buffer: Buffer): boolean {
  return buffer[0] === 0
}

/** The writer's schema id, or null where the frame is cut short. */
export function frameId(buffer: Buffer): number | null {
  return buffer.length < FRAME_BYTES ? null : buffer.readInt32BE(1)
}

/** Offset of the Avro bytes. */
export const FRAME_END = FRAME_BYTES

/**
 * Writes values one behind the other into shared memory, each in its frame: neither a promise nor a copy a
 * message, since tens of thousands a second pass through here.
 */
export function frameAll(type: Type, id: number, records: readonly unknown[]): Buffer[] {
  let slab = Buffer.allocUnsafe(Math.min(SLAB_BYTES, Math.max(1, records.length) * 256))
  let start = 0
  return records.map((record) => {
    let end = write(type, record, slab, start)
    while (end < 0) {
      slab = Buffer.allocUnsafe(Math.max(SLAB_BYTES, slab.length - end))
      start = 0
      end = write(type, record, slab, start)
    }
    slab.writeUInt8(0, start)
    slab.writeInt32BE(id, start + 1)
    const framed = slab.subarray(start, end)
    start = end
    return framed
  })
}

/** Where the record ends; where it does not fit, less than 0 by the bytes that are missing. */
function write(type: Type, record: unknown, slab: Buffer, start: number): number {
  if (start + FRAME_BYTES > slab.length) return slab.length - start - FRAME_BYTES
  return type.encode(record, slab, start + FRAME_BYTES)
}
