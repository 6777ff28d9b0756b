import { changeTo, ended } from '../src/engine/advance.js'
import { type Standing, standingOf } from '../src/engine/outputs.js'
import type { Share } from '../src/store/ports/executions.js'
import { type Repeating, repeat } from '../src/store/scheduling.js'
import { type Execution, isEnded } from '../src/workflow/execution.js'
import { STEP_TOPICS, type StepTopic } from '../src/workflow/stepTopic.js'
import type { EngineDeps } from './deps.js'
import { emit } from './stepping/emit.js'
import { lookBack } from './stepping/lookBack.js'
import { applyToDocuments } from './stepping/writeDocuments.js'

export interface SweeperOptions {
  readonly deps: EngineDeps
  /** The partitions of a step topic that this process owns now. */
  readonly share: (which: StepTopic) => Share
  /** Up to when this process has handled a step topic; null while it is not known. */
  readonly handledUpTo: (which: StepTopic) => Date | null
  /** Up to when everybody together has handled the input. */
  readonly inputHandledUpTo: () => Promise<Date>
  /** One owner of the input's partitions looks after what contacts owe. */
  readonly sweepsContacts: () => boolean
  readonly everyMs: number
  /** What was touched less than this before the watermark is still under way. */
  readonly graceMs: number
}

const PAGE = 1_000
/** After this many sweeps at one `seq` nobody handles it: the execution FAILS and says so. */
const MAX_TOUCHES = 20

/** Finds what the messages lost and sends it again; silent as long as nothing is lost. */
export function createSweeper(options: SweeperOptions): Repeating & { sweep(): Promise<void> } {
  const { deps, everyMs } = options
  const sweep = async (isStopping: () => boolean) => {
    const startsBefore = lessGrace(options, await options.inputHandledUpTo())
    for (const which of STEP_TOPICS) if (!isStopping()) await sweepTopic(options, which, startsBefore)
    if (!isStopping() && options.sweepsContacts()) await sendOwedByContacts(options)
  }
  const repeating = repeat({ ...deps, where: 'sweeper', everyMs }, sweep)
  return { ...repeating, sweep: () => sweep(repeating.isStopping) }
}

function lessGrace({ graceMs }: SweeperOptions, watermark: Date): Date {
  return new Date(watermark.getTime() - graceMs)
}

async function sweepTopic(options: SweeperOptions, which: StepTopic, startsBefore: Date): Promise<void> {
  const { deps, share } = options
  const watermark = options.handledUpTo(which)
  if (watermark === null) return
  const before = lessGrace(options, watermark)
  for (;;) {
    const stale = await deps.executions.stale(which, share(which), before, PAGE)
    const page = stale.filter((execution) => !isBeingStarted(execution, startsBefore))
    if (page.length === 0) return
    await sendAgain(deps, page)
    deps.announcer.announce('sweeper.emitted', { kind: which, count: page.length })
    if (stale.length < PAGE) return
  }
}

/** Its event comes again and writes the contact first: a step sent earlier would not see the event's fields. */
function isBeingStarted({ seq, origin, touchedAt }: Execution, startsBefore: Date): boolean {
  return seq === 0 && origin[0] === 'event' && touchedAt >= startsBefore
}

/** System events of changed subscriptions that a crash kept from being sent; the same ids, so a repeat is none. */
async function sendOwedByContacts({ deps, graceMs }: SweeperOptions): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - graceMs)
  const owing = await deps.contacts.owing(before, PAGE)
  if (owing.length === 0) return
  const events = owing.flatMap(({ owed }) => owed)
  await deps.outbox.send({ facts: [], events, steps: [], timers: [] })
  const refs = owing.map(({ id, owed }) => ({ id, eventIds: owed.map(({ eventId }) => eventId) }))
  await deps.contacts.clearOwed(refs)
  deps.announcer.announce('sweeper.emitted', { kind: 'contacts', count: owing.length })
}

async function sendAgain(deps: EngineDeps, page: readonly Execution[]): Promise<void> {
  const by = deps.newId()
  await deps.executions.touch(page.map(({ id, seq }) => ({ id, seq })))
  const hopeless = page.filter(
    (execution) => execution.touches + 1 >= MAX_TOUCHES && !isEnded(execution.state),
  )
  const failed = await failHopeless(deps, hopeless, by)
  const rest = page.filter((execution) => !hopeless.includes(execution))
  const waits = rest.filter(({ state }) => state.status === 'WAITING' && state.wait?.checked === false)
  const { resumed } = await lookBack(deps, waits, by)
  const gone = new Set(resumed.map(({ identity }) => identity.id))
  const standings = rest.filter(({ id }) => !gone.has(id)).map(standingOf)
  await emit(deps, [...standings, ...resumed, ...failed])
}

function failHopeless(deps: EngineDeps, hopeless: readonly Execution[], by: string): Promise<Standing[]> {
  const now = deps.clock.now()
  const error = {
    code: 'NOT_HANDLED',
    message: `the step was sent ${MAX_TOUCHES} times and nobody handled it`,
  }
  const planned = hopeless.map((execution) => {
    const { currentStepId, kind } = execution.state
    return {
      execution,
      change: changeTo({ ...ended('FAILED', now, null), currentStepId, kind, error }, []),
    }
  })
  return applyToDocuments(deps, planned, by)
}
