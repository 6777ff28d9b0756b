import type { Made } from '../../src/engine/handledSteps.js'
import { judge } from '../../src/engine/judge.js'
import { type Standing, standingOf } from '../../src/engine/outputs.js'
import { MillraceError } from '../../src/errors.js'
import { evolve } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import { groupChanges } from '../../src/workflow/groupChanges.js'
import type { StepTopic } from '../../src/workflow/stepTopic.js'
import type { EngineDeps } from '../deps.js'
import { announceSteps, announceTimes } from '../stepping/announceSteps.js'
import { announceEnded, emit, standingsAfter } from '../stepping/emit.js'
import { endsOfLost } from '../stepping/endLost.js'
import { type Reading, readFor } from '../stepping/facts.js'
import { lookBack } from '../stepping/lookBack.js'
import { type DecidedStep, decideSteps, type PlannedStep, planSteps } from '../stepping/plan.js'
import { noteSteps } from '../stepping/trace.js'
import { applyToDocuments } from '../stepping/writeDocuments.js'
import type { Claim } from './callResults.js'
import type { Hand } from './callSlots.js'
import { type Arrived, type PlacedSteps, placeSteps } from './placeSteps.js'
import { type Reconciled, reconcile } from './reconcile.js'
import { applyUpdates } from './updateContacts.js'

export interface StepBatch {
  readonly topic: string
  readonly kind: string
  /** What the times of its steps count as: those of the bulk lane say nothing of a kind. */
  readonly timedAs: StepTopic
  /** The batch's random id, kept while it is tried again. */
  readonly by: string
  /** Slots for the calls of this batch; null where the kind makes none. */
  readonly hand: Hand | null
  /** Claims that were written: their calls may start, whatever becomes of the rest of the batch. */
  readonly onClaimed: (claims: readonly Claim[]) => void
}

export interface StepResult {
  /** Messages that found no document that they could belong to (yet). */
  readonly unknown: Arrived[]
  readonly ahead: Arrived[]
  /** From this offset on nothing was done, because the call there waits for a slot of its host. */
  blockedAt: number
}

/** A compare-and-set whose outcome was unknown runs again; more rounds than this mean somebody keeps moving it. */
const MAX_ROUNDS = 5

/**
 * Decide, compare-and-set, emit: one batch of one step kind. Database calls are constant in number, sending is
 * one produce, and what is sent after any doubt comes from the documents, never from intentions.
 */
export async function runSteps(
  deps: EngineDeps,
  arrived: readonly Arrived[],
  batch: StepBatch,
): Promise<StepResult> {
  const result: StepResult = { unknown: [], ahead: [], blockedAt: Number.POSITIVE_INFINITY }
  let left: readonly Arrived[] = distinct(arrived)
  for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round++)
    left = await runRound(deps, left, batch, result)
  // Who keeps moving it is another writer of the same contact, say: the partition rests, nothing is parked.
  if (left.length > 0) throw new MillraceError('SERVICE_UNAVAILABLE', 'what this batch writes keeps moving')
  return result
}

/** Equal (id, seq) count once. */
function distinct(arrived: readonly Arrived[]): Arrived[] {
  return [...new Map(arrived.map((one) => [`${one.due.executionId}:${one.due.seq}`, one])).values()]
}

async function runRound(
  deps: EngineDeps,
  arrived: readonly Arrived[],
  batch: StepBatch,
  result: StepResult,
): Promise<readonly Arrived[]> {
  const { placed, strays } = await placeSteps(deps, arrived)
  const reading = await readFor(deps, placed)
  const { ready, odd } = splitReady(deps, placed, reading, batch.by)
  const { by: token, hand } = batch
  const all = decideSteps(ready, { deps, reading, now: deps.clock.now(), hand })
  const updated = await applyUpdates(deps, untilBlocked(all, result), reading)
  const planned = planSteps(updated.decided, token)
  const written = await write(deps, planned, batch)
  batch.onClaimed(claimsOf(written.sure, reading, batch.by, deps.clock.now()))
  const rest = [...strays, ...odd, ...updated.again, ...written.doubtful]
  const reconciled = await reconcile(deps, rest, batch.by, batch.topic)
  batch.onClaimed(ownClaims(planned, reconciled))
  await send(deps, written, reconciled, batch)
  result.unknown.push(...reconciled.unknown)
  result.ahead.push(...reconciled.ahead)
  return endStrays(deps, strays, reconciled, batch)
}

/** Steps whose document had to be read run only if it still stands where the message says. */
function splitReady(deps: EngineDeps, placed: PlacedSteps['placed'], reading: Reading, by: string) {
  const now = deps.clock.now()
  const ready: PlacedSteps['placed'] = []
  const odd: Arrived[] = []
  for (const one of placed) {
    const runs =
      !(one.at.needs.execution || one.at.needs.place === true) ||
      judge(one.due, reading.positions.get(one.due.executionId), by, now).do === 'run'
    if (runs) ready.push(one)
    else odd.push(one)
  }
  return { ready, odd }
}

/** Order is kept: what stands behind a call that waits for its slot waits with it. */
function untilBlocked(decided: readonly DecidedStep[], result: StepResult): DecidedStep[] {
  const blocked = decided.filter(({ slot }) => slot?.type === 'here').map(({ source }) => source.offset)
  result.blockedAt = blocked.reduce((least, offset) => Math.min(least, offset), result.blockedAt)
  return decided.filter(({ source }) => source.offset < result.blockedAt)
}

interface Written {
  readonly sure: readonly PlannedStep[]
  readonly doubtful: readonly PlannedStep[]
}

/** The blind write: all matched, or the documents must be asked. */
async function write(deps: EngineDeps, planned: readonly PlannedStep[], batch: StepBatch): Promise<Written> {
  if (planned.length === 0) return { sure: [], doubtful: [] }
  const matched = await deps.executions.transition(groupChanges(planned), batch.by)
  if (matched === planned.length) return { sure: planned, doubtful: [] }
  deps.announcer.announce('cas.missed', { topic: batch.topic, count: planned.length - matched })
  return { sure: [], doubtful: planned }
}

async function send(
  deps: EngineDeps,
  { sure, doubtful }: Written,
  reconciled: Reconciled,
  batch: StepBatch,
): Promise<void> {
  const moved = standingsAfter(sure)
  const own = reconciled.own.map(standingOf)
  const waits = [...(await newWaits(deps, moved)), ...reconciled.lookBack]
  const { resumed } = await lookBack(deps, waits, batch.by)
  const gone = new Set(resumed.map((standing) => standing.identity.id))
  const standing = [...moved, ...reconciled.send.map(standingOf)].filter((one) => !gone.has(one.identity.id))
  await emit(deps, [...standing, ...resumed])
  announceEnded(deps, [...moved, ...own])
  announceSteps(deps, batch.kind, [...sure.map(({ change }) => change), ...madeOf(reconciled.own, doubtful)])
  announceTimes(deps, batch.timedAs, sure)
  noteSteps(deps, sure)
}

/** The transitions of this batch that were found made. Of one of an earlier try only the outcome is known. */
function madeOf(own: readonly Execution[], doubtful: readonly PlannedStep[]): Made[] {
  const changes = new Map(doubtful.map(({ id, change }) => [id, change]))
  return own.map(({ id, state }) => changes.get(id) ?? { state, entries: [] })
}

function newWaits(deps: EngineDeps, moved: readonly Standing[]): Promise<Execution[]> {
  const waits = moved.filter(({ state }) => state.status === 'WAITING' && state.wait !== null)
  return waits.length === 0
    ? Promise.resolve([])
    : deps.executions.read(waits.map(({ identity }) => identity.id))
}

/** The documents as the claims left them, known without reading them again. */
function claimsOf(sure: readonly PlannedStep[], reading: Reading, by: string, now: Date): Claim[] {
  return sure.filter(isClaim).flatMap((step) => {
    const before = reading.executions.get(step.id)
    return before === undefined ? [] : { step, execution: evolve(before, step.change, by, now) }
  })
}

function isClaim({ change }: PlannedStep): boolean {
  return 'lease' in change.state && change.state.lease !== null && change.entries.length === 0
}

/** Claims that were found written only by asking the documents. */
function ownClaims(planned: readonly PlannedStep[], { own }: Reconciled): Claim[] {
  const documents = new Map(own.map((document) => [document.id, document]))
  return planned.filter(isClaim).flatMap((step) => {
    const execution = documents.get(step.id)
    return execution === undefined ? [] : { step, execution }
  })
}

/** Strays whose document really stands there can never run: they end. The others to run again come back. */
async function endStrays(
  deps: EngineDeps,
  strays: readonly Arrived[],
  { again }: Reconciled,
  { by }: StepBatch,
): Promise<Arrived[]> {
  if (strays.length === 0) return again
  const stray = new Set<Arrived>(strays)
  const ending = again.filter((one) => stray.has(one))
  const documents = await deps.executions.read(ending.map(({ due }) => due.executionId))
  const ended = await applyToDocuments(deps, await endsOfLost(deps, documents), by)
  await emit(deps, ended)
  return again.filter((one) => !stray.has(one))
}
