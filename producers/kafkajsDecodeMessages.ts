/** The little of kafkajs's decoder that is used here. */
interface Decoder {
  readInt32(): number
  canReadBytes(length: number): boolean
  readBytes(length: number): Buffer
}
type DecoderClass = new (buffer: Buffer) => Decoder
type DecodeBatch = (decoder: Decoder) => Promise<{ readonly records: readonly unknown[] }>
type DecodeSet = (decoder: Decoder, size: number) => Promise<unknown[]>

/** Of the record batch format: where its version stands, its version, and what stands before its records. */
const MAGIC_AT = 16
const MAGIC = 2
const OVERHEAD_BYTES = 49

/**
 * A partition's part of a fetch answer. As shipped, the records of a batch are passed as arguments of one call:
 * somewhat above 100,000 records (small ones, or well compressed) that is a RangeError, which ends the consumer
 * for good, and again after every restart.
 */
export function cureDecodeMessages(require: (path: string) => unknown) {
  const Decoder = require('kafkajs/src/protocol/decoder.js') as DecoderClass
  const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as DecodeBatch
  const decodeSet = require('kafkajs/src/protocol/messageSet/decoder.js') as DecodeSet

  const decodeBatches = async (decoder: Decoder): Promise<unknown[]> => {
    const records: unknown[] = []
    while (decoder.canReadBytes(OVERHEAD_BYTES)) {
      const batch = await completeBatch(decodeBatch, decoder)
      if (batch === null) break
      for (const record of batch.records) records.push(record)
    }
    return records
  }

  return async (answer: Decoder): Promise<unknown[]> => {
    const size = answer.readInt32()
    if (size <= 0 || !answer.canReadBytes(size)) return []
    const bytes = answer.readBytes(size)
    const decoder = new Decoder(bytes)
    return bytes.readInt8(MAGIC_AT) === MAGIC ? decodeBatches(decoder) : decodeSet(decoder, size)
  }
}

/** null: the answer's limit cut the last batch off; the next fetch brings it. */
async function completeBatch(decodeBatch: DecodeBatch, decoder: Decoder) {
  try {
    return await decodeBatch(decoder)
  } catch (error) {
    if (error instanceof Error && error.name === 'KafkaJSPartialMessageError') return null
    throw error
  }
}
