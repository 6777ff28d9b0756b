import type { Share, UpTo } from '../../src/store/ports/executions.js'
import { type DueExecution, dueAtOf } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import { fireDue } from './fireDue.js'
import { handledUpTo, keptFor } from './handledUpTo.js'

/** The alarm clock of one process: wakes at the earliest due time of its share and moves what is due. */
export interface Alarm {
  /** Something is due at this time: wake for it if that is earlier than planned. */
  notice(dueAt: Date): void
  stop(): Promise<void>
}

export interface AlarmOptions {
  readonly deps: EngineDeps
  /** The timer partitions that this process owns now; re-read at every ring. */
  readonly share: () => Share
  readonly inputTopic: { readonly name: string; readonly partitions: () => number }
}

/** A page: read, moved and sent together. */
const PAGE = 1_000
/** So many pages are under way at once when one is not enough. */
const ABREAST = 4
/** At least this often it looks, whatever was announced: a lost Timer message costs this much. */
const IDLE_MS = 2_000

/** How far the input was handled is noted once a second: for so long it is not asked for again. */
const KEPT_MS = 100

/** Waits that are due and held back by the input are looked at again so soon. */
const HELD_BACK_MS = 250

export function createAlarm(options: AlarmOptions): Alarm {
  const { deps } = options
  let stopped = false
  let again = false
  let ringing: Promise<void> | null = null
  let wakeAt = Number.POSITIVE_INFINITY
  let cancel: () => void = () => undefined
  const handled = keptFor(KEPT_MS, deps.clock, () => handledUpTo(deps, options.inputTopic))

  const plan = (atMs: number) => {
    if (stopped || atMs >= wakeAt) return
    cancel()
    wakeAt = atMs
    cancel = deps.scheduler.after(Math.max(0, Math.min(atMs - deps.clock.now().getTime(), IDLE_MS)), ring)
  }
  const ring = () => {
    wakeAt = Number.POSITIVE_INFINITY
    if (stopped) return
    again = ringing !== null
    if (again) return
    ringing = fireAll({ ...options, handled, isStopped: () => stopped })
      .catch((error) => {
        deps.announcer.announce('failure', { where: 'alarm clock', error })
        return deps.clock.now().getTime() + IDLE_MS
      })
      .then((next) => {
        ringing = null
        plan(again ? 0 : next)
      })
  }
  plan(deps.clock.now().getTime())
  return {
    notice: (dueAt) => plan(dueAt.getTime()),
    stop: async () => {
      stopped = true
      cancel()
      await ringing
    },
  }
}

interface Firing extends AlarmOptions {
  readonly isStopped: () => boolean
  /** Up to when the input was handled. */
  readonly handled: () => Promise<Date>
}

/** Moves everything that is due, page by page; answers when to look again (ms of the clock). */
async function fireAll(options: Firing): Promise<number> {
  const { deps } = options
  const owned = options.share()
  const beganMs = deps.clock.now().getTime()
  let page = await findPage(options, owned)
  while (page.isFull && !options.isStopped()) {
    await fireDue(deps, page.due)
    await allEnded(partsOf(owned).map((part) => firePart(options, part)))
    page = await findPage(options, owned)
  }
  // What this page does not find is the same before it is moved and after it.
  const looking = deps.executions.nextDue(owned, page.upTo)
  await allEnded([looking, fireDue(deps, page.due)])
  const atMs = Math.min(
    (await looking)?.getTime() ?? Number.POSITIVE_INFINITY,
    page.upTo.now.getTime() + IDLE_MS,
  )
  const isHeldBack = atMs <= page.upTo.now.getTime()
  if (!isHeldBack) return atMs
  // Looking for waits that the input holds back costs no more than a fifth of the time.
  const nowMs = deps.clock.now().getTime()
  return nowMs + Math.max(HELD_BACK_MS, 4 * (nowMs - beganMs))
}

/** Shares that are moved side by side: while the database reads or writes for one, this process works on another. */
function partsOf({ partitions, owned }: Share): Share[] {
  const parts = Array.from({ length: ABREAST }, (_, nth) =>
    owned.filter((_one, place) => place % ABREAST === nth),
  )
  return parts.filter((part) => part.length > 0).map((part) => ({ partitions, owned: part }))
}

/** One that fails does not leave the others behind, unwatched. */
async function allEnded(works: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(works)
  await Promise.all(works)
}

/** Page behind page: what was moved has left the index, but is in the way of who begins at its beginning again. */
async function firePart(options: Firing, part: Share): Promise<void> {
  let from = BEGINNING
  let isFull: boolean
  do {
    const page = await findPage(options, part, from)
    await fireDue(options.deps, page.due)
    isFull = page.isFull
    from = lastDue(page) ?? from
  } while (isFull && !options.isStopped())
}

const BEGINNING = new Date(0)

function lastDue({ due }: Page): Date | null {
  const last = due.at(-1)
  return last === undefined ? null : dueAtOf(last.state)
}

interface Page {
  readonly due: readonly DueExecution[]
  readonly upTo: UpTo
  /** There may be more. */
  readonly isFull: boolean
}

async function findPage({ deps, handled }: Firing, share: Share, from = BEGINNING): Promise<Page> {
  const upTo = { now: deps.clock.now(), waitsUpTo: await handled() }
  const due = await deps.executions.due(share, { ...upTo, from }, PAGE)
  return { due, upTo, isFull: due.length === PAGE }
}
