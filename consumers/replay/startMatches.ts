import { standingOf } from '../../src/engine/outputs.js'
import { insertStarts } from '../../src/store/insertStarts.js'
import type { Replay, ReplayCounts } from '../../src/store/ports/replays.js'
import type { Execution } from '../../src/workflow/execution.js'
import { announceStarted } from '../stepping/announceStarted.js'
import { emit } from '../stepping/emit.js'
import type { ReplayDeps } from './deps.js'
import type { Match } from './matchEvents.js'

type Started = Pick<ReplayCounts, 'started' | 'alreadyThere' | 'skipped'>

/**
 * Inserts what is missing and sends its first steps. `again`: these may have been started before a crash of this
 * very replay; what it made then counts as started now.
 */
export async function startMatches(
  deps: ReplayDeps,
  replay: Replay,
  matches: readonly Match[],
  again: boolean,
): Promise<Started> {
  const { fresh, repeated } = await insertStarts(deps, matches)
  const untouched = [...fresh, ...repeated].filter(({ seq }) => seq === 0)
  await emit(deps, untouched.map(standingOf))
  announceStarted(deps, fresh)
  const ours = again ? repeated.filter((execution) => isOurs(execution, replay)).length : 0
  const ids = new Set(matches.map(({ execution }) => execution.id)).size
  return {
    started: fresh.length + ours,
    alreadyThere: repeated.length - ours + (matches.length - ids),
    skipped: ids - fresh.length - repeated.length,
  }
}

/** One replay a workflow runs at a time, and nothing else starts in the bulk lane. */
function isOurs({ lane, startedAt }: Execution, replay: Replay): boolean {
  return lane === 'bulk' && startedAt >= replay.createdAt
}

/** What `startMatches` would do, writing nothing. `seen`: contacts that this dry run has counted as started. */
export async function countMatches(
  deps: ReplayDeps,
  matches: readonly Match[],
  seen: Set<string>,
): Promise<Started> {
  const executions = matches.map(({ execution }) => execution)
  const there = new Set((await deps.executions.read(executions.map(({ id }) => id))).map(({ id }) => id))
  const entries = executions.map(({ id: executionId, startedAt: at, ...of }) => ({ ...of, executionId, at }))
  const named = await deps.entries.named(entries)
  const counts = { started: 0, alreadyThere: 0, skipped: 0 }
  for (const match of matches) {
    counts[there.has(match.execution.id) ? 'alreadyThere' : fate(match, named, seen)] += 1
    there.add(match.execution.id)
  }
  return counts
}

/** Re-entry is refused where the contact went in before, by an entry or earlier in this dry run. */
function fate(
  { execution, allowReentry }: Match,
  named: ReadonlyMap<Execution['id'], Execution['id']>,
  seen: Set<string>,
): 'started' | 'skipped' {
  const { id, contactId } = execution
  if (allowReentry) return 'started'
  const refused = (named.get(id) ?? id) !== id || seen.has(contactId)
  seen.add(contactId)
  return refused ? 'skipped' : 'started'
}
