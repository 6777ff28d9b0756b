import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { keyHash } from '../../src/workflow/murmur2.js'

describe('The hash of a key', () => {
  it('is the one that Java producers use', () => {
    // Values of org.apache.kafka.common.utils.UtilsTest, sign bit cleared.
    const known: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ]
    for (const [key, hash] of known) assert.equal(keyHash(key), hash & 0x7fffffff)
  })

  it('chooses the partition that the producer chooses', () => {
    const choose = Partitioners.DefaultPartitioner()
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.integer({ min: 1, max: 64 }),
        (key, count) => {
          const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
            ...{ partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] },
            partitionId,
          }))
          const partition = choose({ topic: 't', partitionMetadata, message: { key, value: null } })
          assert.equal(keyHash(key) % count, partition)
        },
      ),
    )
  })
})
