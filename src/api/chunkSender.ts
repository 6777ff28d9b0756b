import type { Execution } from '../workflow/execution.js'
import { type MoveDeps, sendStandings } from './moveExecutions.js'

/** Chunks that may wait for Kafka in memory. */
const MOST_WAITING = 4

/** Sends one chunk after the other beside the writing, and never holds it up. */
export interface ChunkSender {
  /** What Kafka does not take, or not fast enough, is left to the sweeper: the documents say what they owe. */
  add(executions: readonly Execution[]): void
}

export function createChunkSender(deps: MoveDeps): ChunkSender {
  let tail = Promise.resolve()
  let waiting = 0
  let broken = false
  const send = async (executions: readonly Execution[]) => {
    try {
      if (!broken) await sendStandings(deps, executions)
    } catch (error) {
      broken = true
      deps.announcer.announce('failure', { where: 'messages of many executions', error })
    }
    waiting -= 1
  }
  return {
    add: (executions) => {
      if (executions.length === 0 || waiting >= MOST_WAITING) return
      waiting += 1
      tail = tail.then(() => send(executions))
    },
  }
}
