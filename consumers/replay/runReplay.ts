import { setImmediate as nextTurn } from 'node:timers/promises'
import { MillraceError } from '../../src/errors.js'
import type { Replay, ReplayCounts, ReplayPlace, ReplayProgress } from '../../src/store/ports/replays.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { Message } from '../batch.js'
import type { RangePart } from '../run/range.js'
import { readRange } from '../run/readRange.js'
import type { ReplayDeps } from './deps.js'
import { findPlaces, goneBefore, isCut, logStarts } from './findPlaces.js'
import { type Match, matchEvents } from './matchEvents.js'
import { createPace, type Pace } from './pace.js'
import { piecesOf, type Slice, slicesOf } from './slices.js'
import { countMatches, startMatches } from './startMatches.js'
import { createWindow, type Window } from './window.js'

export interface RunOptions {
  readonly deps: ReplayDeps
  readonly replay: Replay
  /** Keeps the lease and notes progress; false: cancelled, or somebody else's now. */
  readonly note: (progress: ReplayProgress) => Promise<boolean>
  readonly groupId: string
  readonly isStopping: () => boolean
}

/** Most executions of one insert; what a crash does twice is harmless, and small. */
const MAX_SLICE = 500
/** At its rate a replay starts a few often, not many at once: live executions would wait behind a burst. */
const SLICES_PER_SECOND = 50

interface Run extends RunOptions {
  readonly pace: Pace
  readonly window: Window
  readonly seen: Set<string>
  readonly places: Map<number, ReplayPlace>
  counts: ReplayCounts
  missingBefore: Date | null
  stopped: boolean
  savedMs: number
}

/** Reads on from where the replay stands. False: stopped before the end. Throws what makes it fail. */
export async function runReplay(options: RunOptions): Promise<boolean> {
  const { deps, replay } = options
  // A dry run keeps whom it has counted in memory: it begins anew.
  const known = replay.dryRun ? null : replay.places
  const places = known ?? (await findPlaces(deps, replay))
  const run: Run = {
    ...options,
    pace: createPace(deps, replay.ratePerSecond),
    window: createWindow(deps),
    seen: new Set(),
    places: new Map(places.map((place) => [place.partition, place])),
    counts: known === null ? NOTHING : replay.counts,
    missingBefore: known === null ? await goneBefore(deps, replay, places) : replay.missingBefore,
    stopped: false,
    savedMs: 0,
  }
  if (!(await save(run))) return false
  await readRange({
    kafka: deps.kafka,
    topic: deps.topology.contactEvents.name,
    groupId: options.groupId,
    ranges: places,
    lows: () => logStarts(deps),
    onMessages: (part) => handlePart(run, part),
    isStopping: () => run.stopped || options.isStopping(),
  })
  return !run.stopped && !options.isStopping()
}

export const NOTHING: ReplayCounts = { scanned: 0, matched: 0, started: 0, alreadyThere: 0, skipped: 0 }

async function save(run: Run): Promise<boolean> {
  const { counts, missingBefore, places } = run
  const kept = await run.note({ counts, missingBefore, places: [...places.values()] })
  run.savedMs = performance.now()
  if (!kept) run.stopped = true
  return kept
}

/** Piece by piece, so that nothing else of the process stands still for long. */
async function handlePart(run: Run, { messages, ...part }: RangePart): Promise<void> {
  const workflow = await liveWorkflow(run)
  await noteCut(run, part.partition, messages[0])
  for (const piece of piecesOf(messages, part.upTo)) {
    await nextTurn()
    if (!(await handlePiece(run, workflow, { ...part, ...piece }))) return
    if (performance.now() - run.savedMs >= KEEP_EVERY_MS && !(await keep(run, part.beat))) return
  }
  await save(run)
}

/** Place and counts move together, slice by slice. False: stopped in between. */
async function handlePiece(run: Run, workflow: Workflow, piece: RangePart): Promise<boolean> {
  const { partition, messages, upTo, beat } = piece
  const matches = await matchEvents({ ...run, workflow, partition }, messages)
  const before = run.places.get(partition)?.tried ?? 0
  const size = run.replay.dryRun ? matches.starting.length : sliceSize(run.pace)
  for (const slice of slicesOf(matches, size, upTo)) {
    const done = run.replay.dryRun
      ? await countMatches(run.deps, slice.starting, run.seen)
      : await start(run, { partition, beat, before }, slice)
    if (done === null) return false
    const { scanned, strangers, starting } = slice
    const seen = { scanned, matched: starting.length, skipped: done.skipped + strangers }
    run.counts = added(run.counts, { ...done, ...seen })
    move(run, partition, { next: slice.upTo })
  }
  return true
}

/** Settings are live: what happens to the workflow meanwhile counts from then on. */
async function liveWorkflow({ deps, replay }: Run): Promise<Workflow> {
  const workflow = await deps.workflows.get(replay.projectId, replay.workflowId)
  if (workflow === null) throw new MillraceError('WORKFLOW_NOT_FOUND', 'The workflow was deleted meanwhile.')
  if (!workflow.enabled && !replay.dryRun)
    throw new MillraceError('CONFLICT', 'The workflow was disabled meanwhile.')
  return workflow
}

/**
 * The first message that is there tells up to when the range has lost events to retention, before the replay or
 * while it read; without one, nothing is left of the rest. Transactions leave out offsets too: only where the log
 * was cut something may be gone.
 */
async function noteCut(run: Run, partition: number, first: Message | undefined): Promise<void> {
  const place = run.places.get(partition)
  if (place === undefined || (place.next !== place.start && first?.offset === place.next)) return
  const before = first?.at ?? run.replay.to
  if (before <= (run.missingBefore ?? run.replay.from) || !(await isCut(run.deps, place))) return
  run.missingBefore = before
}

type Done = Pick<ReplayCounts, 'started' | 'alreadyThere' | 'skipped'>

function sliceSize({ perSecond }: Pace): number {
  return Math.min(MAX_SLICE, Math.ceil(perSecond / SLICES_PER_SECOND))
}

interface Where extends Pick<RangePart, 'partition' | 'beat'> {
  readonly before: number
}

/** At the replay's pace; null: stopped before it. */
async function start(
  run: Run,
  { partition, beat, before }: Where,
  { starting }: Slice,
): Promise<Done | null> {
  const last = starting.at(-1)
  if (last === undefined) return { started: 0, alreadyThere: 0, skipped: 0 }
  await run.window.room()
  await run.pace.wait(starting.length, createMeanwhile(run, beat))
  move(run, partition, { tried: Math.max(before, last.offset + 1) })
  if (!(await keep(run, beat))) return null
  const done = await startSlice(run, starting, before)
  run.window.add(starting.map(({ execution }) => execution.id))
  return done
}

/** Keeps place, lease and group; false: it is to stop. */
async function keep(run: Run, beat: () => Promise<void>): Promise<boolean> {
  if (!(await save(run)) || run.isStopping()) return false
  await beat()
  return true
}

/** Up to `before` this replay may have been here already. */
async function startSlice({ deps, replay }: Run, slice: readonly Match[], before: number): Promise<Done> {
  const again = slice.filter(({ offset }) => offset < before)
  const anew = slice.filter(({ offset }) => offset >= before)
  const first = await startMatches(deps, replay, again, true)
  return added(first, await startMatches(deps, replay, anew, false))
}

const KEEP_EVERY_MS = 500

/** While it waits, the group and the lease are kept; a cancel or an end of the process is noticed. */
function createMeanwhile(run: Run, beat: () => Promise<void>): () => Promise<void> {
  return async () => {
    if (performance.now() - run.savedMs < KEEP_EVERY_MS) return
    if (!(await keep(run, beat))) throw new Stopped()
  }
}

/** Not a failure: the replay was cancelled, taken over, or its process ends. */
export class Stopped extends Error {}

function move(run: Run, partition: number, to: Partial<Pick<ReplayPlace, 'next' | 'tried'>>): void {
  const place = run.places.get(partition)
  if (place !== undefined) run.places.set(partition, { ...place, ...to })
}

function added<Counts extends Done>(a: Counts, b: Counts): Counts {
  const more: Readonly<Record<string, number>> = { ...b }
  const sums = Object.entries(a).map(([name, n]) => [name, n + (more[name] ?? 0)] as const)
  return Object.fromEntries(sums) as unknown as Counts
}
