import { MillraceError } from '../errors.js'
import { within } from '../within.js'
import type { ProjectId } from '../workflow/ids.js'

const MOST_A_CALL = 1_000
/** Who asks must be answered within 10 s. */
const WITHIN_MS = 8_000

const silent = () => new MillraceError('DATABASE_AWAY', 'MongoDB does not answer: a look-up took too long')

export type Lookup<Key extends string, Value> = (projectId: ProjectId, key: Key) => Promise<Value | undefined>

interface Waiting<Key, Value> {
  readonly key: Key
  resolve(value: Value | undefined): void
  reject(error: unknown): void
}

/**
 * Turns look-ups of many requests into few calls: one call a project at a time, and what is asked for meanwhile
 * goes with the next. Nothing is remembered, so an answer is never older than the request. A call that takes too long
 * is given up, or everybody would wait for it.
 */
export function gatherLookups<Key extends string, Value>(
  load: (projectId: ProjectId, keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  withinMs = WITHIN_MS,
): Lookup<Key, Value> {
  const queues = new Map<ProjectId, Waiting<Key, Value>[]>()

  const answer = async (projectId: ProjectId, batch: readonly Waiting<Key, Value>[]) => {
    try {
      const asked = load(projectId, [...new Set(batch.map(({ key }) => key))])
      const found = await within(asked, withinMs, silent)
      for (const { key, resolve } of batch) resolve(found.get(key))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const drain = async (projectId: ProjectId, queue: Waiting<Key, Value>[]) => {
    while (queue.length > 0) await answer(projectId, queue.splice(0, MOST_A_CALL))
    queues.delete(projectId)
  }
  return (projectId, key) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(projectId)
      if (queue !== undefined) {
        queue.push({ key, resolve, reject })
        return
      }
      const first = [{ key, resolve, reject }]
      queues.set(projectId, first)
      // The other requests that this turn of the loop reads come along with the first.
      setImmediate(() => void drain(projectId, first))
    })
}
