import { MillraceError } from '../errors.js'
import { createGatherer, type Gatherer } from '../store/gatherer.js'
import { within } from '../within.js'
import type { ProjectId } from '../workflow/ids.js'

/** Who asks must be answered within 10 s. */
const WITHIN_MS = 8_000

const silent = () => new MillraceError('DATABASE_AWAY', 'MongoDB does not answer: a look-up took too long')

export type Lookup<Key extends string, Value> = (projectId: ProjectId, key: Key) => Promise<Value | undefined>

/**
 * Turns look-ups of many requests into few calls: one call a project at a time, and what is asked for meanwhile
 * goes with the next. Nothing is remembered, so an answer is never older than the request. A call that takes too long
 * is given up, or everybody would wait for it.
 */
export function gatherLookups<Key extends string, Value>(
  load: (projectId: ProjectId, keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  withinMs = WITHIN_MS,
): Lookup<Key, Value> {
  const gatherers = new Map<ProjectId, Gatherer<Key, Value | undefined>>()
  const gathererOf = (projectId: ProjectId): Gatherer<Key, Value | undefined> => {
    const known = gatherers.get(projectId)
    if (known !== undefined) return known
    const made = createGatherer<Key, Value | undefined>(async (keys) => {
      const found = await within(load(projectId, [...new Set(keys)]), withinMs, silent)
      return keys.map((key) => found.get(key))
    })
    gatherers.set(projectId, made)
    return made
  }
  return (projectId, key) => gathererOf(projectId).add(key)
}
