import type { Scheduler } from '../../src/store/ports/clock.js'

export interface FreeingOptions {
  readonly scheduler: Scheduler
  /** Is so much free that waiting for more would gain nothing? */
  readonly isPlenty: () => boolean
  readonly resume: () => void
}

/** Some more slots come free in this time, and a batch of one call costs the database as much as one of fifty. */
const GATHER_MS = 15

/** To be called at every slot that comes free; resumes at once when plenty are, else a little later, once for all. */
export function createFreeing({ scheduler, isPlenty, resume }: FreeingOptions): () => void {
  let cancel: (() => void) | null = null
  const goOn = () => {
    cancel?.()
    cancel = null
    resume()
  }
  return () => {
    if (isPlenty()) goOn()
    else cancel ??= scheduler.after(GATHER_MS, goOn)
  }
}
