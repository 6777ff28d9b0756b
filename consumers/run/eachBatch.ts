import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { Announcer } from '../../src/events.js'
import type { Batch, Handler, Message, Verdict } from '../batch.js'
import type { Pauses } from './pauses.js'
import type { ConsumerPositions } from './positions.js'

export interface BatchRunnerDeps {
  readonly handler: Handler
  readonly maxMessages: number
  readonly announcer: Announcer
  readonly pauses: Pauses
  readonly positions: ConsumerPositions
}

const HEARTBEAT_EVERY_MS = 3_000
/** A handler that takes longer is hung: without heartbeats the group gives its partitions to another member. */
const HEARTBEAT_DEADLINE_MS = 120_000

/** Hands a fetched batch on in chunks and resolves what is handled: a contiguous prefix, nothing else. */
export function createBatchRunner(deps: BatchRunnerDeps): (payload: EachBatchPayload) => Promise<void> {
  return async (payload) => {
    const { batch } = payload
    let from = 0
    while (from < batch.messages.length && alive(payload)) {
      const chunk = batch.messages.slice(from, from + deps.maxMessages)
      const handled = await handleChunk(deps, payload, chunk)
      if (handled === 0) return
      from += handled
      resolveUpTo(deps, payload, from)
      if (handled < chunk.length) return
      await payload.heartbeat()
    }
  }
}

function alive({ isRunning, isStale }: EachBatchPayload): boolean {
  return isRunning() && !isStale()
}

/** Answers how many messages were handled; a pause that the verdict asks for is in place by then. */
async function handleChunk(
  deps: BatchRunnerDeps,
  payload: EachBatchPayload,
  chunk: readonly KafkaMessage[],
): Promise<number> {
  const { topic, partition } = payload.batch
  const began = performance.now()
  const batch: Batch = {
    topic,
    partition,
    messages: chunk.map(messageOf),
    highWatermark: Number(payload.batch.highWatermark),
  }
  const verdict = await beating(payload, () => deps.handler(batch, { alive: () => alive(payload) }))
  const ms = Math.round(performance.now() - began)
  deps.announcer.announce('batch.handled', { topic, partition, messages: chunk.length, ms })
  return settle(deps, partition, verdict, chunk.length)
}

function settle({ pauses }: BatchRunnerDeps, partition: number, verdict: Verdict, length: number): number {
  switch (verdict.type) {
    case 'done':
      return length
    case 'partial':
      if (verdict.pauseMs !== 0) pauses.pause(partition, verdict.pauseMs, 'no free slots')
      return verdict.handled
    case 'pause':
      pauses.pause(partition, verdict.ms, verdict.reason)
      return 0
    default:
      return verdict satisfies never
  }
}

function resolveUpTo(
  { positions }: BatchRunnerDeps,
  { batch, resolveOffset }: EachBatchPayload,
  count: number,
): void {
  const all = count === batch.messages.length
  // Control records behind the last message are handled with it.
  const last = all ? batch.lastOffset() : batch.messages[count - 1]?.offset
  if (last === undefined || last === null) return
  resolveOffset(last)
  positions.handled(batch.partition, Number(last) + 1)
}

/** Heartbeats while a handler works; a failing one shows in the next `isStale`. */
async function beating<Result>(payload: EachBatchPayload, work: () => Promise<Result>): Promise<Result> {
  const began = performance.now()
  const timer = setInterval(() => {
    if (performance.now() - began > HEARTBEAT_DEADLINE_MS) clearInterval(timer)
    else payload.heartbeat().catch(() => clearInterval(timer))
  }, HEARTBEAT_EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

function messageOf({ key, value, offset, timestamp, headers = {} }: KafkaMessage): Message {
  const texts = Object.entries(headers).map(([name, text]) => [name, [text].flat().map(String).join(',')])
  return {
    key,
    value,
    offset: Number(offset),
    at: new Date(Number(timestamp)),
    headers: Object.fromEntries(texts),
  }
}
