import type { Progress } from './types.js'

const SAY_EVERY_MS = 5000

export type Report = (step: Progress) => void

export interface Work {
  readonly service: string
  /** As in "fetching with Maven". */
  readonly doing: string
  readonly done: string
}

/** Announces a piece of work, repeats itself while it lasts, and says how long it took. */
export async function told<T>(report: Report, work: Work, body: () => Promise<T>): Promise<T> {
  const began = Date.now()
  const say = (what: string): void => report({ service: work.service, what, elapsedMs: Date.now() - began })
  say(work.doing)
  const still = setInterval(() => say(`still ${work.doing}`), SAY_EVERY_MS)
  try {
    const result = await body()
    say(work.done)
    return result
  } finally {
    clearInterval(still)
  }
}
