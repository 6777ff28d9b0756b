import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { mock } from 'node:test'
import fc from 'fast-check'
import { groupMessagesPerPartition, kafkajs } from '../../producers/kafkajsCures.js'

const require = createRequire(import.meta.url)

interface Encoded {
  readonly buffer: Buffer
}
type WriteRecord = (record: object) => Encoded

/** The module as it stands on the disk, not as it was cured. */
function shipped<Exports>(path: string): Exports {
  const file = require.resolve(path)
  const cured = require.cache[file]
  delete require.cache[file]
  const exports = require(file) as Exports
  if (cured !== undefined) require.cache[file] = cured
  return exports
}

describe('kafkajs, cured', () => {
  it('writes a record byte for byte as it is shipped', () => {
    assert.ok(kafkajs)
    const path = 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
    const [ours, theirs] = [require(path) as WriteRecord, shipped<WriteRecord>(path)]
    assert.notEqual(ours, theirs)
    const field = fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array().map(Buffer.from)))
    const text = fc.oneof(fc.string(), fc.uint8Array().map(Buffer.from))
    const record = fc.record({
      offsetDelta: fc.integer({ min: 0, max: 2_000_000 }),
      timestampDelta: fc.integer({ min: -100_000_000_000, max: 100_000_000_000 }),
      key: field,
      value: field,
      headers: fc.dictionary(fc.string(), fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 4 }),
    })
    fc.assert(fc.property(record, (fields) => ours(fields).buffer.equals(theirs(fields).buffer)))
    const plain = { offsetDelta: 1, timestampDelta: 0, key: 'k', value: Buffer.alloc(300, 7) }
    assert.deepEqual(ours(plain).buffer, theirs(plain).buffer)
  })

  it('groups a send in one pass: ten times the messages take about ten times as long', () => {
    const timeOf = (count: number): number => {
      const messages = Array.from({ length: count }, (_, index) => ({ index }))
      const began = performance.now()
      const partitioner = () => 0
      const groups = groupMessagesPerPartition({ topic: 't', partitionMetadata: [0], messages, partitioner })
      assert.equal(groups[0]?.length, count)
      return performance.now() - began
    }
    timeOf(200_000)
    // Copying the list for every message would take minutes here.
    assert.ok(timeOf(400_000) < 5_000)
  })

  it('sets no timer on a connection on which nothing is pending', () => {
    const Queue = require('kafkajs/src/network/requestQueue/index.js') as { prototype: object }
    const queue = Object.assign(Object.create(Queue.prototype), {
      throttledUntil: -1,
      throttleCheckTimeoutId: null,
      pending: [],
    })
    queue.scheduleCheckPendingRequests()
    assert.equal(queue.throttleCheckTimeoutId, null)
    queue.pending = [{}]
    queue.scheduleCheckPendingRequests()
    assert.notEqual(queue.throttleCheckTimeoutId, null)
    clearTimeout(queue.throttleCheckTimeoutId)
  })

  interface Queue {
    readonly inflight: Map<number, object>
    scheduleRequestTimeoutCheck(): void
    destroy(): void
  }

  function openQueue(): Queue {
    const RequestQueue = require('kafkajs/src/network/requestQueue/index.js') as new (
      options: object,
    ) => Queue
    const logger = { debug: () => undefined }
    const named = { clientId: 'c', broker: 'b:1', logger: { namespace: () => logger } }
    const queue = new RequestQueue({ ...named, enforceRequestTimeout: true, isConnected: () => true })
    queue.scheduleRequestTimeoutCheck()
    return queue
  }

  it('looks at the requests of all connections with one timer, which ends with the last of them', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const queues = [openQueue(), openQueue(), openQueue()]
    assert.equal(timers() - before, 1)
    for (const queue of queues) queue.destroy()
    assert.equal(timers() - before, 0)
  })

  it('times out each request that is under way for too long', () => {
    mock.timers.enable({ apis: ['setInterval', 'Date'] })
    try {
      const queues = [openQueue(), openQueue()]
      const timedOut: string[] = []
      const request = (name: string, requestTimeout: number) => ({
        sentAt: Date.now(),
        requestTimeout,
        timeoutRequest: () => timedOut.push(name),
      })
      queues[0]?.inflight.set(1, request('first', 2_500)).set(2, request('patient', 60_000))
      queues[1]?.inflight.set(1, request('second', 2_500))
      mock.timers.tick(2_000)
      assert.deepEqual(timedOut, [])
      mock.timers.tick(1_000)
      assert.deepEqual(timedOut, ['first', 'second'])
      for (const queue of queues) queue.destroy()
    } finally {
      mock.timers.reset()
    }
  })
})
