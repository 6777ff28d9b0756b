import type { Outbox } from '../../producers/outputs.js'
import { MillraceError } from '../errors.js'
import type { Clock } from '../store/ports/clock.js'
import type { DeadLetterStore, Letter, LetterFilter } from '../store/ports/deadLetters.js'

export interface RedriveDeps {
  readonly deadLetters: DeadLetterStore
  readonly outbox: Pick<Outbox, 'redrive'>
  readonly clock: Clock
}

/** Letters of one bulk call: some seconds of work. */
export const MOST_AT_ONCE = 1_000

/**
 * Sends a letter back to where it came from, once: CONFLICT when that was done, when it was dropped, or when its
 * bytes were cut. Handlers are idempotent, so that what worked meanwhile stays as it is.
 */
export async function redriveLetter(deps: RedriveDeps, letter: Letter): Promise<void> {
  const { deadLetters, clock } = deps
  if (isCut(letter)) throw new MillraceError('CONFLICT', 'Only the first MiB of the message was kept.')
  if (!(await deadLetters.settle(letter.id, 'REDRIVEN', clock.now())))
    throw new MillraceError('CONFLICT', 'The letter was redriven or dropped before.')
  try {
    await deps.outbox.redrive([messageOf(letter)])
  } catch (error) {
    await deadLetters.unsettle(letter.id)
    throw error
  }
}

function isCut({ value, size }: Letter): boolean {
  return (value?.length ?? 0) !== size
}

/** What it went through travels with it: a second letter of it tells of the first. */
function messageOf({ id, topic, key, value, headers, reason }: Letter) {
  const times = Number(headers['millrace-redrives'] ?? 0) + 1
  const before = headers['millrace-redriven-from']
  const history = {
    'millrace-redrives': String(times),
    'millrace-redriven-from': before === undefined ? `${id} ${reason}` : `${before}, ${id} ${reason}`,
  }
  return { topic, key, value, headers: { ...headers, ...history } }
}

export interface BulkRedriven {
  readonly matched: number
  readonly redriven: number
}

/** Those that match, at most `MOST_AT_ONCE`; in a dry run they are only counted. */
export async function redriveMany(
  deps: RedriveDeps,
  filter: LetterFilter,
  dryRun: boolean,
): Promise<BulkRedriven> {
  const parked = { ...filter, status: 'PARKED' } as const
  const matched = await deps.deadLetters.count(parked)
  if (dryRun) return { matched, redriven: 0 }
  const page = await deps.deadLetters.list(parked, { after: null, limit: MOST_AT_ONCE })
  let redriven = 0
  for (const { id } of page) if (await redriveOne(deps, filter, id)) redriven += 1
  return { matched, redriven }
}

/** Somebody else may have settled it meanwhile, and what was cut cannot go. */
async function redriveOne(
  deps: RedriveDeps,
  { projectId }: LetterFilter,
  id: Letter['id'],
): Promise<boolean> {
  const letter = await deps.deadLetters.get(projectId, id)
  if (letter === null) return false
  try {
    await redriveLetter(deps, letter)
    return true
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'CONFLICT') return false
    throw error
  }
}
