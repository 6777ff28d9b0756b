import { MillraceError } from '../../src/errors.js'
import type { Replay, ReplayCounts, ReplayPlace, ReplayProgress } from '../../src/store/ports/replays.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { Message } from '../batch.js'
import type { RangePart } from '../run/range.js'
import { readRange } from '../run/readRange.js'
import { atRest } from './atRest.js'
import type { ReplayDeps } from './deps.js'
import { findPlaces, goneBefore, isCut, logStarts } from './findPlaces.js'
import { type Match, type Matches, matchEvents } from './matchEvents.js'
import { createPace, type Pace } from './pace.js'
import { countMatches, startMatches } from './startMatches.js'

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
const SLICES_PER_SECOND = 20

interface Run extends RunOptions {
  readonly pace: Pace
  readonly seen: Set<string>
  readonly places: Map<number, ReplayPlace>
  counts: ReplayCounts
  missingBefore: Date | null
  stopped: boolean
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
    seen: new Set(),
    places: new Map(places.map((place) => [place.partition, place])),
    counts: known === null ? NOTHING : replay.counts,
    missingBefore: known === null ? await goneBefore(deps, replay, places) : replay.missingBefore,
    stopped: false,
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
  if (!kept) run.stopped = true
  return kept
}

async function handlePart(run: Run, { partition, messages, upTo, beat }: RangePart): Promise<void> {
  const workflow = await liveWorkflow(run)
  await noteCut(run, partition, messages[0])
  const matches = await matchEvents({ ...run, workflow, partition }, messages)
  const done = run.replay.dryRun
    ? await countMatches(run.deps, matches.starting, run.seen)
    : await startAll(run, partition, matches, beat)
  if (run.stopped || done === null) return
  const { scanned, strangers, starting } = matches
  run.counts = added(run.counts, {
    ...done,
    scanned,
    matched: starting.length,
    skipped: done.skipped + strangers,
  })
  move(run, partition, { next: upTo })
  await save(run)
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

/** Slice by slice, at the replay's pace; null: stopped in between. */
async function startAll(
  run: Run,
  partition: number,
  { starting }: Matches,
  beat: () => Promise<void>,
): Promise<Done | null> {
  let done: Done = { started: 0, alreadyThere: 0, skipped: 0 }
  const before = run.places.get(partition)?.tried ?? 0
  const meanwhile = createMeanwhile(run, beat)
  const size = Math.min(MAX_SLICE, Math.ceil(run.pace.perSecond / SLICES_PER_SECOND))
  for (let at = 0; at < starting.length; at += size) {
    const slice = starting.slice(at, at + size)
    await run.pace.wait(slice.length, meanwhile)
    move(run, partition, { tried: Math.max(before, (slice.at(-1)?.offset ?? 0) + 1) })
    if (run.isStopping() || !(await save(run))) return null
    await beat()
    done = added(done, await startSlice(run, slice, before))
    await atRest(
      run.deps,
      slice.map(({ execution }) => execution.id),
    )
  }
  return done
}

/** Up to `before` this replay may have been here already. */
async function startSlice({ deps, replay }: Run, slice: readonly Match[], before: number): Promise<Done> {
  const again = slice.filter(({ offset }) => offset < before)
  const anew = slice.filter(({ offset }) => offset >= before)
  const first = await startMatches(deps, replay, again, true)
  return added(first, await startMatches(deps, replay, anew, false))
}

const KEEP_EVERY_MS = 1_000

/** While it waits, the group and the lease are kept; a cancel or an end of the process is noticed. */
function createMeanwhile(run: Run, beat: () => Promise<void>): () => Promise<void> {
  let keptAt = performance.now()
  return async () => {
    if (performance.now() - keptAt < KEEP_EVERY_MS) return
    keptAt = performance.now()
    await beat()
    if (!(await save(run)) || run.isStopping()) throw new Stopped()
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
