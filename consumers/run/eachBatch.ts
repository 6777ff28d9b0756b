import type { EachBatchPayload } from 'kafkajs'
import type { Announcer } from '../../src/events.js'
import type { Handler, Message, Verdict } from '../batch.js'
import { type Heart, startHeart } from './heartbeat.js'
import { toMessage } from './messages.js'
import type { Pauses } from './pauses.js'
import type { Positions } from './positions.js'

export interface BatchRunnerDeps {
  readonly handler: Handler
  /** Most messages of one call of the handler. */
  readonly maxMessages: number
  readonly announcer: Announcer
  readonly pauses: Pauses
  readonly positions: Positions
  /** The group is being given out anew: what is handled should be committed now. */
  readonly onRebalance: () => void
}

/** A handler that takes longer is hung: without heartbeats the group gives its partitions to another member. */
const HANDLER_LIMIT_MS = 120_000
/** So long a fetched batch waits in memory for free slots; then its partition rests and it is fetched again. */
const HOLD_MS = 5_000

/** Hands a fetched batch on in chunks and resolves what is handled: a contiguous prefix, nothing else. */
export function createBatchRunner(deps: BatchRunnerDeps): (payload: EachBatchPayload) => Promise<void> {
  return async (payload) => {
    const { topic, partition } = payload.batch
    const { announcer, onRebalance, positions } = deps
    const heart = startHeart({
      topic,
      heartbeat: payload.heartbeat,
      onRebalance,
      announcer,
      limitMs: HANDLER_LIMIT_MS,
    })
    positions.busy(partition, true)
    try {
      await handleAll({ ...deps, payload, heart, giving: positions.giving() })
      await commitAtEnd(payload, positions)
    } finally {
      positions.busy(partition, false)
      heart.stop()
    }
  }
}

interface Run extends BatchRunnerDeps {
  readonly payload: EachBatchPayload
  readonly heart: Heart
  /** The giving out of the group under which the batch was fetched. */
  readonly giving: number
}

function isAlive({ payload, heart }: Run): boolean {
  return payload.isRunning() && !payload.isStale() && heart.steady()
}

async function handleAll(run: Run): Promise<void> {
  const { messages, partition } = run.payload.batch
  const read: Message[] = []
  let from = 0
  while (from < messages.length && isAlive(run)) {
    const to = Math.min(from + run.maxMessages, messages.length)
    for (const message of messages.slice(read.length, to)) read.push(toMessage(partition, message))
    const chunk = read.slice(from, to)
    const resumes = run.pauses.resumes()
    const verdict = await handleChunk(run, chunk)
    const handled = handledBy(verdict, chunk.length)
    from += handled
    if (handled > 0) resolveUpTo(run, from)
    if (!(await goesOn(run, verdict, resumes))) return
  }
}

async function handleChunk(run: Run, chunk: readonly Message[]): Promise<Verdict> {
  const { topic, partition, highWatermark } = run.payload.batch
  const began = performance.now()
  run.heart.restart()
  const batch = { topic, partition, messages: chunk, highWatermark: Number(highWatermark) }
  const verdict = await run.handler(batch, { alive: () => isAlive(run) })
  const ms = Math.round(performance.now() - began)
  run.announcer.announce('batch.handled', { topic, partition, messages: chunk.length, ms })
  return verdict
}

function handledBy(verdict: Verdict, length: number): number {
  switch (verdict.type) {
    case 'done':
      return length
    case 'partial':
      return verdict.handled
    case 'pause':
      return 0
    default:
      return verdict satisfies never
  }
}

/** False: the rest is left for another fetch; the pause that the verdict asks for is in place by then. */
async function goesOn(run: Run, verdict: Verdict, resumes: number): Promise<boolean> {
  if (verdict.type === 'done') return true
  const { pauses, payload } = run
  const { partition } = payload.batch
  if (verdict.type === 'pause') {
    pauses.pause(partition, verdict.ms, verdict.reason)
    return false
  }
  if (verdict.pauseMs === 0 || (verdict.pauseMs === null && (await slotsCame(run, resumes)))) return true
  if (isAlive(run)) pauses.pause(partition, verdict.pauseMs, 'no free slots')
  return false
}

/** Slots that came free while the handler ran count: they were announced before anybody waited. */
async function slotsCame({ pauses, payload, heart }: Run, resumes: number): Promise<boolean> {
  heart.restart()
  return pauses.resumes() !== resumes || pauses.nextResume(payload.batch.partition, HOLD_MS)
}

function resolveUpTo({ positions, payload, giving }: Run, count: number): void {
  const { batch, resolveOffset } = payload
  // Control records behind the last message are handled with it.
  const last = count === batch.messages.length ? batch.lastOffset() : batch.messages[count - 1]?.offset
  if (last === undefined || last === null) return
  resolveOffset(last)
  positions.handled(batch.partition, Number(last) + 1, giving)
}

/** The last batch before the group is left: the timer commits nothing any more. */
async function commitAtEnd(payload: EachBatchPayload, positions: Positions): Promise<void> {
  const { topic, partition } = payload.batch
  const next = positions.all().get(partition)
  if (payload.isRunning() || next === undefined) return
  await payload.commitOffsetsIfNecessary({
    topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
  })
}
