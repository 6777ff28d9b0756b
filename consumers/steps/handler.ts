import { MillraceError } from '../../src/errors.js'
import { createQueues, type InTurn } from '../../src/store/queues.js'
import { pauseFor } from '../../src/store/scheduling.js'
import type { Laned } from '../../src/workflow/lane.js'
import type { StepKind } from '../../src/workflow/step.js'
import { stepTopicOf } from '../../src/workflow/stepTopic.js'
import type { Batch, Handler, Message, Verdict } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import { parkMessages } from '../parking.js'
import { withTraceOf } from '../stepping/trace.js'
import { oneATurn, together, type Work } from '../together.js'
import { type BatchIds, createBatchIds } from './batchIds.js'
import type { Claim } from './callResults.js'
import type { CallSlots, Hand } from './callSlots.js'
import type { EffectCalls } from './effectCalls.js'
import type { Arrived } from './placeSteps.js'
import { runSteps, type StepBatch, type StepResult } from './runSteps.js'

export interface StepHandlerOptions extends Laned {
  readonly deps: EngineDeps
  readonly kind: StepKind
  /** For kinds with an outside call: where claims go, and how many are free. */
  readonly calls: EffectCalls | null
  /** Messages older than this belong to executions that retention has removed. */
  readonly shortestRetentionMs: number
}

/** For this long a message may be ahead of its document (a database that lags or was restored). */
const AHEAD_PATIENCE_MS = 10_000
const AHEAD_PAUSE_MS = 500

/** So often it is looked whether a quick host has room again for the calls that wait for it, and so long at most. */
const LOOK_FOR_ROOM_MS = 5
const ROOM_WITHIN_MS = 100
const LEAST_PART = 16

/** One handler a step topic: decode, run, start the calls that were claimed, park what belongs nowhere. */
export function createStepHandler(options: StepHandlerOptions): Handler {
  const { calls, deps } = options
  const run: HandlerState['run'] = (arrived, about) => runSteps(deps, arrived, about)
  const state: HandlerState = {
    batches: createBatchIds(calls === null ? oneATurn(deps.newId) : deps.newId),
    run: calls === null ? together(({ by }) => by, run) : run,
    aheadSince: new Map(),
    parts: new Map(),
    waitsFor: new Map(),
    inTurn: createQueues(),
  }
  return async (batch) => {
    if (calls === null) return handle(options, state, batch, null)
    const { slots } = calls
    const host = state.waitsFor.get(batch.partition)
    if (host === undefined) return handleWithSlots(options, state, batch, slots)
    return state.inTurn(host, async () => {
      await untilRoom(options, slots, host)
      return handleWithSlots(options, state, batch, slots)
    })
  }
}

/** It was not for want of slots that a part was handled only. */
function atOnce(verdict: Verdict): Verdict {
  return verdict.type === 'partial' ? { ...verdict, pauseMs: 0 } : verdict
}

/**
 * Partitions whose next call waits for a slot of the same quick host take turns, each when there is room for some
 * calls: what a batch reads and writes costs as much for one as for many.
 */
async function untilRoom({ deps }: StepHandlerOptions, slots: CallSlots, host: string): Promise<void> {
  for (let ms = 0; ms < ROOM_WITHIN_MS && !slots.roomFor(host).isGood; ms += LOOK_FOR_ROOM_MS)
    await pauseFor(deps.scheduler, LOOK_FOR_ROOM_MS)
}

async function handleWithSlots(
  options: StepHandlerOptions,
  state: HandlerState,
  batch: Batch,
  slots: CallSlots,
): Promise<Verdict> {
  const { messages, partition } = batch
  const blockedAt = state.waitsFor.get(partition)
  // More than the host has slots for would be read in vain.
  const room = blockedAt === undefined ? messages.length : Math.max(LEAST_PART, slots.roomFor(blockedAt).free)
  const most = Math.min(messages.length, room, state.parts.get(partition) ?? messages.length)
  const hand = slots.take(most)
  if (hand === null) return { type: 'partial', handled: 0, pauseMs: null }
  const verdict = await handle(options, state, batch, hand).finally(() => hand.close())
  const host = hand.waitsFor()
  if (host !== null) state.waitsFor.set(partition, host)
  else if (blockedAt !== undefined && slots.roomFor(blockedAt).isGood) state.waitsFor.delete(partition)
  return hand.size < most ? verdict : atOnce(verdict)
}

interface HandlerState {
  readonly batches: BatchIds
  /** Where the kind calls nothing, the partitions of a fetch share their batch's id and go together. */
  readonly run: Work<Arrived, StepBatch, StepResult>
  /** By batch: since when a message of it is ahead of its document (ms of the clock). */
  readonly aheadSince: Map<string, number>
  /** By partition: messages to look at next, where a call waited for its host; more would be read in vain. */
  readonly parts: Map<number, number>
  /** By partition: the host that its next call waits for. */
  readonly waitsFor: Map<number, string>
  readonly inTurn: InTurn
}

async function handle(
  options: StepHandlerOptions,
  { batches, run, aheadSince, parts }: HandlerState,
  batch: Batch,
  hand: Hand | null,
): Promise<Verdict> {
  const { calls, kind } = options
  const part = hand === null ? batch.messages : batch.messages.slice(0, hand.size)
  const key = `${batch.partition}:${part[0]?.offset}`
  const by = batches.idOf(batch.partition, part)
  const arrived = await decode(options, { ...batch, messages: part })
  const onClaimed = (claims: readonly Claim[]) => {
    if (hand !== null) calls?.start(claims, hand)
  }
  const about = { topic: batch.topic, kind, timedAs: stepTopicOf(kind, options), by, hand, onClaimed }
  const result = partOf(await run(arrived, about), batch)
  const waitsMore = await settleUnknown(options, batch, result, { key, aheadSince })
  if (waitsMore) return { type: 'pause', ms: AHEAD_PAUSE_MS, reason: 'message ahead of its document' }
  const handled = part.filter(({ offset }) => offset < result.blockedAt).length
  const last = part[handled - 1]
  if (last !== undefined) batches.handled(batch.partition, last.offset)
  parts.set(batch.partition, handled < part.length ? Math.max(LEAST_PART, 2 * handled) : 2 * part.length)
  if (handled < part.length) return { type: 'partial', handled, pauseMs: 0 }
  return handled < batch.messages.length ? { type: 'partial', handled, pauseMs: null } : { type: 'done' }
}

/** Of what became of several batches, what concerns this one. */
function partOf({ unknown, ahead, blockedAt }: StepResult, { partition }: Batch): StepResult {
  const ours = (list: readonly Arrived[]) => list.filter(({ source }) => source.partition === partition)
  return { unknown: ours(unknown), ahead: ours(ahead), blockedAt }
}

async function decode({ deps, lane = 'live' }: StepHandlerOptions, batch: Batch): Promise<Arrived[]> {
  const decoded = await deps.codec.decodeAll(
    'stepDue',
    batch.messages.map((message) => message.value),
  )
  const arrived: Arrived[] = []
  const bad: { message: Message; reason: string; detail: string }[] = []
  decoded.forEach((one, index) => {
    const source = batch.messages[index]
    if (source === undefined) return
    if (!one.ok) bad.push({ message: source, reason: one.reason, detail: one.message })
    else {
      // A message does not say its lane, its topic does.
      const due = withTraceOf(deps, lane === 'live' ? one.value : { ...one.value, lane }, source)
      arrived.push({ due, source })
    }
  })
  if (bad.some((one) => one.reason === 'unknown_version')) {
    throw new MillraceError(
      'UNKNOWN_MESSAGE_VERSION',
      `${batch.topic}: a message of an unknown version; this process is older than its writer`,
    )
  }
  await parkMessages(deps, batch, bad)
  return arrived
}

interface AheadState {
  readonly key: string
  readonly aheadSince: Map<string, number>
}

/** True: wait and look again. Otherwise everything that has no document is dropped with its workflow, or parked. */
async function settleUnknown(
  options: StepHandlerOptions,
  batch: Batch,
  result: StepResult,
  { key, aheadSince }: AheadState,
): Promise<boolean> {
  const { deps } = options
  const now = deps.clock.now().getTime()
  if (result.ahead.length > 0) {
    const since = aheadSince.get(key) ?? now
    aheadSince.set(key, since)
    if (now - since < AHEAD_PATIENCE_MS) return true
  }
  aheadSince.delete(key)
  const strangers = await withoutDeleted(options, batch, result.unknown)
  const park = [
    ...strangers.map(({ source }) => ({
      message: source,
      reason: 'unknown_execution',
      detail: 'no document has this execution id',
    })),
    ...result.ahead.map(({ source }) => ({
      message: source,
      reason: 'ahead_of_document',
      detail: 'seq is newer than the document for more than 10 s',
    })),
  ]
  await parkMessages(deps, batch, park)
  return false
}

/** A message may outlive its execution: its workflow was deleted, or it is older than what is kept. */
async function withoutDeleted(
  options: StepHandlerOptions,
  batch: Batch,
  unknown: readonly Arrived[],
): Promise<Arrived[]> {
  if (unknown.length === 0) return []
  const { deps, shortestRetentionMs } = options
  const deleted = await deps.definitions.deleted([...new Set(unknown.map(({ due }) => due.workflowId))])
  const oldest = deps.clock.now().getTime() - shortestRetentionMs
  const strangers = unknown.filter(
    ({ due, source }) => !deleted.has(due.workflowId) && source.at.getTime() > oldest,
  )
  const count = unknown.length - strangers.length
  if (count > 0)
    deps.announcer.announce('messages.dropped', { topic: batch.topic, reason: 'execution_gone', count })
  return strangers
}
