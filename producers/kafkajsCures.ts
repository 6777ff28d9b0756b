import { createRequire } from 'node:module'
import type * as Kafkajs from 'kafkajs'
import { READERS } from './kafkajsCodecs.js'
import { cureDecodeMessages } from './kafkajsDecodeMessages.js'
import { type OffsetFetching, shareOffsetRequests } from './kafkajsOffsetRequests.js'
import { type FetchingMember, waitLongerInQuiet } from './kafkajsQuietFetches.js'
import { cureRecord } from './kafkajsRecord.js'
import { shareTimeoutChecks, type TimedRequests } from './kafkajsTimeoutChecks.js'

/**
 * kafkajs 2.2.4 gets no more releases. Defects that cost us are cured here, in its modules as they are loaded, so
 * that nobody may load it another way. Each cure has a test that fails without it.
 */
const require = createRequire(import.meta.url)

interface Grouping {
  readonly topic: string
  readonly partitionMetadata: readonly unknown[]
  readonly messages: readonly object[]
  readonly partitioner: (choice: {
    topic: string
    partitionMetadata: readonly unknown[]
    message: object
  }) => number
}

/** As shipped it copies a partition's list once for every message: quadratic in the messages of a send. */
export function groupMessagesPerPartition(grouping: Grouping): Record<number, object[]> {
  const { topic, partitionMetadata, messages, partitioner } = grouping
  const groups: Record<number, object[]> = {}
  if (partitionMetadata.length === 0) return groups
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message })
    const group = groups[partition]
    if (group === undefined) groups[partition] = [message]
    else group.push(message)
  }
  return groups
}

interface RequestQueue {
  throttledUntil: number
  throttleCheckTimeoutId: unknown
  readonly pending: readonly unknown[]
  checkPendingRequests(): void
}

/** How long a request that could not go out waits before it is looked at again. */
const PENDING_CHECK_MS = 10

/** As shipped a timer of 1 ms is set for ever on every connection; one is needed only while something is pending. */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
  const throttledMs = this.throttledUntil - Date.now()
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    },
    throttledMs > 0 ? throttledMs : PENDING_CHECK_MS,
  )
}

/** Before the library itself is loaded: it keeps what its modules exported at that moment. */
function replaceExports(path: string, exports: unknown): void {
  const file = require.resolve(path)
  require(file)
  const loaded = require.cache[file]
  if (loaded !== undefined) loaded.exports = exports
}

function loadCured(): typeof Kafkajs {
  replaceExports('kafkajs/src/producer/groupMessagesPerPartition.js', groupMessagesPerPartition)
  replaceExports('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js', cureDecodeMessages(require))
  replaceExports('kafkajs/src/protocol/recordBatch/record/v0/index.js', cureRecord(require))
  const queue = require('kafkajs/src/network/requestQueue/index.js') as { prototype: TimedRequests }
  Object.assign(queue.prototype, { scheduleCheckPendingRequests })
  shareTimeoutChecks(queue.prototype)
  const member = require('kafkajs/src/consumer/consumerGroup.js') as { prototype: FetchingMember }
  waitLongerInQuiet(member.prototype)
  const cluster = require('kafkajs/src/cluster/index.js') as { prototype: OffsetFetching }
  cluster.prototype.fetchTopicsOffset = shareOffsetRequests(cluster.prototype.fetchTopicsOffset)
  const library = require('kafkajs') as typeof Kafkajs
  for (const [codec, reader] of Object.entries(READERS))
    Object.assign(library.CompressionCodecs, { [codec]: () => reader })
  return library
}

/** The library, cured. */
export const kafkajs = loadCured()
