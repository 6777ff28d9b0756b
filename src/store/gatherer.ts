import type { Scheduler } from './ports/clock.js'
import { pauseFor } from './scheduling.js'

/** Collects single asks into batches: at once when nothing is under way, else until that is done. */
export interface Gatherer<Item, Answer> {
  add(item: Item): Promise<Answer>
}

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

const MAX_BATCH = 1_000
/** Between two batches of several: more come in this time, and a batch costs as much whatever is in it. */
const REST_MS = 8

/**
 * `work` answers every item of a batch in its order; a throw rejects them all. With `resting`, whose items can wait,
 * batches are fewer and larger.
 */
export function createGatherer<Item, Answer>(
  work: (items: readonly Item[]) => Promise<Answer[]>,
  resting: Scheduler | null = null,
): Gatherer<Item, Answer> {
  const queue: Waiting<Item, Answer>[] = []
  let busy = false
  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_BATCH)
      await answerBatch(batch, work)
      if (resting !== null && batch.length > 1) await pauseFor(resting, REST_MS)
    }
    busy = false
  }
  return {
    add: (item) =>
      new Promise<Answer>((resolve, reject) => {
        queue.push({ item, resolve, reject })
        if (busy) return
        busy = true
        setImmediate(() => void run())
      }),
  }
}

async function answerBatch<Item, Answer>(
  batch: readonly Waiting<Item, Answer>[],
  work: (items: readonly Item[]) => Promise<Answer[]>,
): Promise<void> {
  try {
    const answers = await work(batch.map(({ item }) => item))
    batch.forEach(({ resolve }, index) => {
      resolve(answers[index] as Answer)
    })
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}
